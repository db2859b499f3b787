/// Pieces of a caller's memory, one after the other, each aligned to a vector as the memory is.
struct Arena {
  private var next: UnsafeMutableRawPointer

  init(_ memory: UnsafeMutableRawPointer) { next = memory }

  /// Memory without a meaning yet.
  @inline(__always)
  mutating func take<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    defer { next += Self.size(count, of: type) }
    return next.bindMemory(to: type, capacity: count)
  }

  /// Bytes that `take` uses up.
  @inline(__always)
  static func size<Element>(_ count: Int, of type: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + 63) / 64 * 64
  }
}
