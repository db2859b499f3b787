import CSIMD
import KernelTypes

extension VectorKernels {
  /// The currents of a convolution. Where inputs have the same spike train, or one whose spikes are all among those of
  /// another, their weights are added once for all steps: see `SeenTrains`.
  ///   spikes    [samples, steps, window.words]
  ///   weights   [window.columns, window.taps] in blocks of columns: see `Window.blockWidth`
  ///   bias      [window.columns]
  ///   output    [samples, steps, currents, currentStride]: of each current, positions x filters; may be written up
  ///             to fifteen floats beyond these
  ///   indices   [window.indices] to work in
  ///   rows      [window.rows] to work in
  public static func convolutionForward(
    _ window: Window, samples: Int, steps: Int, spikes: UnsafePointer<UInt64>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, scale: Float, output: UnsafeMutablePointer<Float>, currentStride: Int,
    indices: UnsafeMutablePointer<Int32>, rows: UnsafeMutablePointer<Float>
  ) {
    var arena = Arena(indices)
    let plane = PlaneTrains(window, &arena)
    var seen = SeenTrains(plane, &arena)
    var sums = WeightSums(window, &arena)
    var order = StepSums(window, &arena)
    // Behind the weights of each block, room for their sums.
    forEachBlock(window) { block in
      (rows + 2 * block.column * window.taps).update(
        from: weights + block.column * window.taps, count: window.taps * block.width)
    }
    let stride = window.currents * currentStride
    forEachPart(samples: samples, steps: steps) { first, count in
      plane.read(spikes + first * window.words, steps: count)
      for position in 0..<window.positions {
        seen.see(y: position / window.outputWidth, x: position % window.outputWidth)
        sums.list(seen)
        order.list(seen, sums, steps: count)
        // From the last block on: what spills beyond it is the next position's first filters, which are yet to be
        // written.
        forEachBlock(window) { block in
          let blockRows = rows + 2 * block.column * window.taps
          let target =
            output
            + (first * stride + block.current * currentStride + position * window.filters + block.filter)
          switch block.width {
          case 64:
            sums.add(in: blockRows, as: Row4.self)
            order.add(
              blockRows, bias + block.column, scale, to: target, stride: stride, ahead: window.filters,
              as: Row4.self)
          case 32:
            sums.add(in: blockRows, as: Row2.self)
            order.add(
              blockRows, bias + block.column, scale, to: target, stride: stride, ahead: window.filters,
              as: Row2.self)
          default:
            sums.add(in: blockRows, as: Row1.self)
            order.add(
              blockRows, bias + block.column, scale, to: target, stride: stride, ahead: window.filters,
              as: Row1.self)
          }
        }
      }
    }
  }
}

/// For each train that a position sees: the row with the weights of its taps and of its children. That is a sum, or,
/// where there is but one, the tap's own row.
private struct WeightSums {
  /// [train]
  let rows: UnsafeMutablePointer<Int32>
  private let window: Window
  private let starts: UnsafeMutablePointer<Int32>
  private let ends: UnsafeMutablePointer<Int32>
  private let terms: UnsafeMutablePointer<Int32>
  /// The trains whose row is a sum, children before parents.
  private let sums: UnsafeMutablePointer<Int32>
  private var count = 0

  init(_ window: Window, _ arena: inout Arena) {
    self.window = window
    rows = arena.take(window.taps + 64)
    starts = arena.take(window.taps + 2)
    ends = arena.take(window.taps + 1)
    terms = arena.take(2 * window.taps)
    sums = arena.take(window.taps + 1)
  }

  @inline(__always)
  mutating func list(_ seen: SeenTrains) {
    ends.update(repeating: 0, count: seen.count + 1)
    for k in 0..<seen.tapCount { ends[Int(seen.kinds[k])] &+= 1 }
    for train in 0..<seen.count { ends[Int(seen.parents[train + 1])] &+= 1 }
    var total: Int32 = 0
    for train in 0..<seen.count + 1 {
      let terms = ends[train]
      starts[train] = total
      ends[train] = total
      total &+= terms
    }
    starts[seen.count + 1] = total
    for k in 0..<seen.tapCount { append(seen.taps[k], to: seen.kinds[k]) }
    var listed = 0
    for train in stride(from: seen.count, to: 0, by: -1) {
      // Its children have come before.
      let start = starts[train]
      let isSum = starts[train + 1] &- start > 1
      rows[train] = isSum ? Int32(truncatingIfNeeded: sumRow(train)) : terms[Int(start)]
      sums[listed] = Int32(truncatingIfNeeded: train)
      listed &+= isSum ? 1 : 0
      append(rows[train], to: seen.parents[train])
    }
    count = listed
  }

  @inline(__always)
  private func append(_ row: Int32, to train: Int32) {
    terms[Int(ends[Int(train)])] = row
    ends[Int(train)] &+= 1
  }

  /// Sums lie behind the taps' weights.
  @inline(__always)
  private func sumRow(_ train: Int) -> Int { window.taps &+ train &- 1 }

  @inline(__always)
  func add<R: Row>(in weights: UnsafeMutablePointer<Float>, as: R.Type) {
    for k in 0..<count {
      let train = Int(sums[k])
      let start = Int(starts[train])
      sum(Int(starts[train + 1]) - start, terms + start, of: weights, stride: R.width, as: R.self)
        .store(to: weights + sumRow(train) * R.width)
    }
  }
}

/// The rows that each step adds.
private struct StepSums {
  private let added: UnsafeMutablePointer<UInt64>
  private let bySize: CountingSort
  private let starts: UnsafeMutablePointer<Int32>
  private let terms: UnsafeMutablePointer<Int32>
  private var steps = 0

  init(_ window: Window, _ arena: inout Arena) {
    added = arena.take(window.taps + 64)
    bySize = CountingSort(64, most: window.taps, &arena)
    starts = arena.take(65)
    terms = arena.take(64 * window.taps + laneCount)
  }

  @inline(__always)
  mutating func list(_ seen: SeenTrains, _ sums: WeightSums, steps: Int) {
    self.steps = steps
    // Which trains add to each step.
    let blocks = (seen.count + 64) / 64
    added.update(from: seen.added, count: seen.count + 1)
    (added + (seen.count + 1)).update(repeating: 0, count: blocks * 64 - seen.count - 1)
    for block in 0..<blocks { transpose(added + block * 64) }
    bySize.sort(steps, most: seen.count) { step in
      (0..<blocks).reduce(0) { $0 &+ added[$1 * 64 + step].nonzeroBitCount }
    }
    var listed = 0
    for k in 0..<steps {
      starts[k] = Int32(truncatingIfNeeded: listed)
      let step = Int(bySize.order[k])
      for block in 0..<blocks {
        var word = added[block * 64 + step]
        let end = min(seen.count + 1, block * 64 + 64)
        for first in stride(from: block * 64, to: end, by: laneCount) {
          let bits = UInt16(truncatingIfNeeded: word)
          qlif_list_values(bits, sums.rows + first, terms + listed)
          listed &+= bits.nonzeroBitCount
          word &>>= 16
        }
      }
    }
    starts[steps] = Int32(truncatingIfNeeded: listed)
  }

  /// Writes each step's currents, which lie `stride` apart; the next position's lie `ahead` of them.
  @inline(__always)
  func add<R: Row>(
    _ weights: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ scale: Float,
    to output: UnsafeMutablePointer<Float>, stride: Int, ahead: Int, as: R.Type
  ) {
    let bias = R(loading: bias)
    let factor = Lanes(repeating: scale)
    for k in 0..<steps {
      let start = Int(starts[k])
      let row = sum(Int(starts[k + 1]) - start, terms + start, of: weights, stride: R.width, as: R.self)
      let target = output + Int(bySize.order[k]) * stride
      bias.plus(row, times: factor).store(to: target)
      R.prefetch(target + ahead)
    }
  }
}
