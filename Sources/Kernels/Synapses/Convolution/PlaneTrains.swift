import KernelTypes

/// The spike trains of a plane over some steps, 64 at most: a word for each input, a bit for each step.
///
/// Many inputs have the same train, above all where what came before was constant in time. The different trains are
/// numbered, those of fewer spikes first; number 0 is silence.
struct PlaneTrains {
  let window: Window
  /// [number]
  let trains: UnsafeMutablePointer<UInt64>
  /// The number of each input's train, [height, width, channels].
  let numbers: UnsafeMutablePointer<Int32>
  private let ofInputs: UnsafeMutablePointer<UInt64>
  private let found: UnsafeMutablePointer<UInt64>
  private let ranks: UnsafeMutablePointer<Int32>
  private let table: UnsafeMutablePointer<Int32>
  private let starts: UnsafeMutablePointer<Int32>

  init(_ window: Window, _ arena: inout Arena) {
    self.window = window
    ofInputs = arena.take(window.words * 64)
    found = arena.take(window.words * 64 + 1)
    trains = arena.take(window.words * 64 + 1)
    ranks = arena.take(window.words * 64 + 1)
    // A vector of numbers may be read from the last on.
    numbers = arena.take(window.words * 64 + laneCount)
    table = arena.take(window.trainSlots)
    starts = arena.take(65)
  }

  /// Reads `steps` rows of spikes.
  func read(_ spikes: UnsafePointer<UInt64>, steps: Int) {
    for word in 0..<window.words {
      let block = ofInputs + word * 64
      for step in 0..<steps { block[step] = spikes[step * window.words + word] }
      (block + steps).update(repeating: 0, count: 64 - steps)
      transpose(block)
    }
    rank(number())
  }

  /// Numbers the different trains as they are met; returns how many there are.
  private func number() -> Int {
    let slots = window.trainSlots
    table.update(repeating: 0, count: slots)
    var count = 0
    for input in 0..<window.words * 64 {
      let train = ofInputs[input]
      guard train != 0 else {
        numbers[input] = 0
        continue
      }
      // The upper half of a product with an odd number depends on every bit.
      var slot = Int(truncatingIfNeeded: (train &* 0x9e37_79b9_7f4a_7c15) &>> 32) & (slots - 1)
      while table[slot] != 0, found[Int(table[slot])] != train { slot = (slot + 1) & (slots - 1) }
      if table[slot] == 0 {
        count += 1
        table[slot] = Int32(truncatingIfNeeded: count)
        found[count] = train
      }
      numbers[input] = table[slot]
    }
    return count
  }

  /// Numbers the trains again, by their spikes.
  private func rank(_ count: Int) {
    starts.update(repeating: 0, count: 65)
    for number in 0..<count { starts[found[number + 1].nonzeroBitCount] += 1 }
    var next: Int32 = 1
    for spikes in 1...64 {
      let here = starts[spikes]
      starts[spikes] = next
      next += here
    }
    ranks[0] = 0
    trains[0] = 0
    for number in 0..<count {
      let train = found[number + 1]
      let rank = starts[train.nonzeroBitCount]
      starts[train.nonzeroBitCount] = rank + 1
      ranks[number + 1] = rank
      trains[Int(rank)] = train
    }
    for input in 0..<window.words * 64 { numbers[input] = ranks[Int(numbers[input])] }
  }
}
