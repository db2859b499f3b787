/// Lists in the order of their lengths. A loop over one is then mostly as long as the loop before: the processor foresees
/// its end.
struct SizeOrder {
  let order: UnsafeMutablePointer<Int32>
  private let sizes: UnsafeMutablePointer<Int32>
  private let places: UnsafeMutablePointer<Int32>

  /// For up to `count` lists of up to `most` entries.
  init(_ count: Int, most: Int, _ arena: inout Arena) {
    order = arena.take(count)
    sizes = arena.take(count)
    places = arena.take(most + 2)
  }

  /// Sorts `count` lists of up to `most` entries.
  @inline(__always)
  func sort(_ count: Int, most: Int, _ size: (Int) -> Int) {
    places.update(repeating: 0, count: most + 2)
    for list in 0..<count {
      let size = size(list)
      sizes[list] = Int32(truncatingIfNeeded: size)
      places[size + 1] &+= 1
    }
    for size in 0..<most { places[size + 1] &+= places[size] }
    for list in 0..<count {
      let size = Int(sizes[list])
      order[Int(places[size])] = Int32(truncatingIfNeeded: list)
      places[size] &+= 1
    }
  }
}
