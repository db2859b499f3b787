/// How a `.npy` file keeps one number.
struct NPYType: Equatable {
  enum Kind: Character {
    case boolean = "b"
    case signed = "i"
    case unsigned = "u"
    case float = "f"
  }

  let kind: Kind
  /// In bytes.
  let size: Int
  let isBigEndian: Bool

  /// From NumPy's description, such as "<f4"; nil where numbers of that kind are not taken.
  init?(_ description: String) {
    let parts = Array(description)
    guard parts.count == 3, let kind = Kind(rawValue: parts[1]), let size = parts[2].wholeNumberValue else {
      return nil
    }
    let sizes: [Int] =
      switch kind {
      case .boolean: [1]
      case .signed, .unsigned: [1, 2, 4, 8]
      case .float: [2, 4, 8]
      }
    guard sizes.contains(size), "<>=|".contains(parts[0]), parts[0] != "|" || size == 1 else { return nil }
    self.kind = kind
    self.size = size
    isBigEndian = parts[0] == ">"
  }

  /// The number at `index`. The caller has checked that the bytes reach that far.
  func value(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Float {
    var bits: UInt64 = 0
    for place in 0..<size {
      bits = bits << 8 | UInt64(bytes[index * size + (isBigEndian ? place : size - 1 - place)])
    }
    switch kind {
    case .boolean: return bits == 0 ? 0 : 1
    case .unsigned: return Float(bits)
    // Moves the sign bit to the top and back, so that it is kept.
    case .signed: return Float(Int64(bitPattern: bits << (64 - 8 * UInt64(size))) >> (64 - 8 * Int64(size)))
    case .float:
      switch size {
      case 2: return Self.half(UInt16(truncatingIfNeeded: bits))
      case 4: return Float(bitPattern: UInt32(truncatingIfNeeded: bits))
      default: return Float(Double(bitPattern: bits))
      }
    }
  }

  /// IEEE 754 binary16; `Float16` itself does not exist on every platform.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}
