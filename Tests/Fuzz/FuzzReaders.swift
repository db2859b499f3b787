// What libFuzzer calls: the readers of IDX and NPY files, on any bytes. Linked with QLIFData.

import QLIFData

/// The first byte says which reader takes the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func readAnything(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let kind = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  if kind == UInt8(ascii: "n") {
    guard let array = try? NPY(bytes, path: "fuzz.npy") else { return 0 }
    precondition(array.values.count == array.count)
    for inputShape in [[1], [2, 2], [array.count]] {
      for isSequence in [false, true] {
        let sample = try? array.sample(0, inputShape: inputShape, isSequence: isSequence)
        precondition(sample?.values.allSatisfy(\.isFinite) ?? true)
      }
    }
  } else {
    guard let file = try? IDX(bytes, rank: Int(kind % 4) + 1, path: "fuzz.idx") else { return 0 }
    precondition(file.entry(0) != nil && file.entry(file.shape[0]) == nil && file.entry(-1) == nil)
  }
  return 0
}
