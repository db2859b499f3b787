import CSIMD

/// 16 neurons side by side: one register of AVX-512, two of AVX2.
typealias Lanes = SIMD16<Float>

let laneCount = 16

/// A set of lanes: all bits of a lane are set, or none.
struct LaneMask {
  var lanes: SIMD16<Int32>

  @inline(__always)
  init(_ lanes: SIMD16<Int32>) { self.lanes = lanes }

  /// The lanes whose lowest bit is set.
  @inline(__always)
  init(lowestBits: SIMD16<UInt32>) {
    lanes = SIMD16<Int32>.zero &- unsafeBitCast(lowestBits & 1, to: SIMD16<Int32>.self)
  }

  @inline(__always)
  static var none: LaneMask { LaneMask(.zero) }

  /// The lanes whose bit is set.
  @inline(__always)
  init(bits: UInt16) { lanes = qlif_lanes_from_bits(bits) }

  @inline(__always)
  static func & (a: LaneMask, b: LaneMask) -> LaneMask { LaneMask(a.lanes & b.lanes) }

  @inline(__always)
  static func | (a: LaneMask, b: LaneMask) -> LaneMask { LaneMask(a.lanes | b.lanes) }

  /// The lanes of `self` that are not in `other`.
  @inline(__always)
  func subtracting(_ other: LaneMask) -> LaneMask { LaneMask(lanes & ~other.lanes) }

  /// One bit per lane.
  @inline(__always)
  var bits: UInt16 { qlif_bits_from_lanes(lanes) }
}

@inline(__always)
func select(_ mask: LaneMask, _ yes: Lanes, _ no: Lanes) -> Lanes { qlif_select(mask.lanes, yes, no) }

extension SIMD16<Float> {
  @inline(__always)
  init(loading pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: Self.self)
  }

  /// The first `count` lanes, 1 to 16, and zeros.
  @inline(__always)
  init(loadingFirst count: Int, _ pointer: UnsafePointer<Float>) {
    self = count == laneCount ? Self(loading: pointer) : qlif_load_first(count, pointer)
  }

  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Self.self)
  }

  @inline(__always)
  var bits: SIMD16<UInt32> { unsafeBitCast(self, to: SIMD16<UInt32>.self) }

  @inline(__always)
  init(bits: SIMD16<UInt32>) { self = unsafeBitCast(bits, to: Self.self) }

  @inline(__always)
  var magnitude: Self { Self(bits: bits & 0x7fff_ffff) }

  @inline(__always)
  init(converting integers: SIMD16<Int32>) { self = qlif_float_from_int(integers) }

  /// The value with its sign turned where `other` is negative.
  @inline(__always)
  func turned(by other: Self) -> Self { qlif_turn_sign(self, other) }

  /// `self + a * b`, fused where the instruction set can.
  @inline(__always)
  func plus(_ a: Self, times b: Self) -> Self { qlif_multiply_add(a, b, self) }

  /// `self - a * b`, likewise.
  @inline(__always)
  func minus(_ a: Self, times b: Self) -> Self { qlif_multiply_subtract(a, b, self) }

  /// Swift's own prefix goes lane by lane.
  @inline(__always)
  var negative: Self { Self(bits: bits ^ 0x8000_0000) }

  @inline(__always)
  var root: Self { qlif_square_root(self) }

  /// `1 / root`, for a value above 0.
  @inline(__always)
  var inverseRoot: Self { qlif_inverse_root(self) }

  /// `1 / root` to 1e-4.
  @inline(__always)
  var inverseRootEstimate: Self { qlif_inverse_root_estimate(self) }

  @inline(__always)
  func isGreater(than other: Self) -> LaneMask { LaneMask(qlif_greater(self, other)) }

  @inline(__always)
  func isEqual(to other: Self) -> LaneMask { LaneMask(qlif_equal(self, other)) }

  @inline(__always)
  func isGreater(than other: Float) -> LaneMask { isGreater(than: Lanes(repeating: other)) }
}

@inline(__always)
func smaller(_ a: Lanes, _ b: Lanes) -> Lanes { select(a.isGreater(than: b), b, a) }

@inline(__always)
func larger(_ a: Lanes, _ b: Lanes) -> Lanes { select(b.isGreater(than: a), b, a) }
