/// Lists in the order of their lengths. A loop over one is then mostly as long as the loop before: the processor foresees
/// its end.
struct CountingSort {
  let order: UnsafeMutablePointer<Int32>
  private let sizes: UnsafeMutablePointer<Int32>
  private let starts: UnsafeMutablePointer<Int32>

  /// For up to `count` lists of up to `most` entries.
  init(_ count: Int, most: Int, _ arena: inout Arena) {
    order = arena.take(count)
    sizes = arena.take(count)
    starts = arena.take(most + 2)
  }

  /// Sorts `count` lists of up to `most` entries.
  @inline(__always)
  func sort(_ count: Int, most: Int, _ size: (Int) -> Int) {
    starts.update(repeating: 0, count: most + 2)
    for list in 0..<count {
      let size = size(list)
      sizes[list] = Int32(truncatingIfNeeded: size)
      starts[size + 1] &+= 1
    }
    for size in 0..<most { starts[size + 1] &+= starts[size] }
    for list in 0..<count {
      let size = Int(sizes[list])
      order[Int(starts[size])] = Int32(truncatingIfNeeded: list)
      starts[size] &+= 1
    }
  }
}
