/// Hands out parts of a piece of memory, one after the other, each from a cache line's begin on.
struct Room {
  private var next: UnsafeMutableRawPointer

  init(_ memory: UnsafeMutableRawPointer) { next = memory }

  @inline(__always)
  mutating func take<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type = Element.self)
    -> UnsafeMutablePointer<Element>
  {
    let part = next.assumingMemoryBound(to: Element.self)
    next += (count * MemoryLayout<Element>.stride + 63) & ~63
    return part
  }
}
