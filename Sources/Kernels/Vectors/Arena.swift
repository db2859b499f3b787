/// Parts of a caller's memory, one after the other, each from a multiple of 64 bytes on, as the memory is.
struct Arena {
  private var next: UnsafeMutableRawPointer

  init(_ memory: UnsafeMutableRawPointer) { next = memory }

  /// Memory whose contents have no meaning yet.
  @inline(__always)
  mutating func take<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type = Element.self
  ) -> UnsafeMutablePointer<Element> {
    defer { next += Self.size(count, of: type) }
    return next.assumingMemoryBound(to: type)
  }

  /// Bytes that `take` uses up.
  @inline(__always)
  static func size<Element>(_ count: Int, of type: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + 63) / 64 * 64
  }
}
