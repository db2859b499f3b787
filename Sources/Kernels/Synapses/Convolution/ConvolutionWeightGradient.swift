import CSIMD
import KernelTypes

extension VectorKernels {
  /// Adds the gradients of the weights: for each weight, the gradients of the positions and steps that saw its input
  /// spike, added up once for the inputs of one train: see `SeenTrains`.
  ///   outputGradient   [samples, steps, currents, currentStride]; fifteen floats beyond the last are read
  ///   weightGradient   [columns, taps] in blocks of columns, as the weights; the padding of the columns is left with
  ///                    no meaning
  ///   biasGradient     [columns]; likewise
  ///   indices          [window.indices] to work in
  ///   rows             [window.rows] to work in
  public static func convolutionWeightGradient(
    _ window: Window, samples: Int, steps: Int, spikes: UnsafePointer<UInt64>,
    outputGradient: UnsafePointer<Float>, currentStride: Int, scale: Float,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    indices: UnsafeMutablePointer<Int32>, rows: UnsafeMutablePointer<Float>
  ) {
    var arena = Arena(indices)
    let plane = PlaneTrains(window, &arena)
    var seen = SeenTrains(plane, &arena)
    let sums = TrainSums(window, &arena)
    let stride = window.currents * currentStride
    forEachPart(samples: samples, steps: steps) { first, count in
      plane.read(spikes + first * window.words, steps: count)
      for position in 0..<window.positions {
        seen.see(y: position / window.outputWidth, x: position % window.outputWidth)
        sums.sort(seen)
        forEachBlock(window) { block in
          let source =
            outputGradient
            + (first * stride + block.current * currentStride + position * window.filters + block.filter)
          let weights = weightGradient + block.column * window.taps
          let bias = biasGradient + block.column
          switch block.width {
          case 64: add(Row4.self)
          case 32: add(Row2.self)
          default: add(Row1.self)
          }
          @inline(__always)
          func add<R: Row>(_: R.Type) {
            addAll(count, source, stride, to: bias, as: R.self)
            sums.add(seen, source, stride, rows, as: R.self)
            scatter(seen, rows, scale, to: weights, as: R.self)
          }
        }
      }
    }
  }

  /// The bias is seen at every step.
  @inline(__always)
  private static func addAll<R: Row>(
    _ steps: Int, _ gradient: UnsafePointer<Float>, _ stride: Int, to target: UnsafeMutablePointer<Float>,
    as: R.Type
  ) {
    var sum = R(loading: target)
    for step in 0..<steps { sum += R(loading: gradient + step * stride) }
    sum.store(to: target)
  }

  /// Adds each train's sum to the gradients of its taps.
  @inline(__always)
  private static func scatter<R: Row>(
    _ seen: SeenTrains, _ sums: UnsafePointer<Float>, _ scale: Float, to weights: UnsafeMutablePointer<Float>,
    as: R.Type
  ) {
    let factor = Lanes(repeating: scale)
    for k in 0..<seen.tapCount {
      let target = weights + Int(seen.taps[k]) * R.width
      R(loading: target).plus(R(loading: sums + Int(seen.kinds[k]) * R.width), times: factor).store(
        to: target)
    }
  }
}

/// For each train that a position sees, the sum of the gradients at the steps of its spikes.
private struct TrainSums {
  /// By the spikes that each train adds to its parent's.
  private let bySize: CountingSort

  init(_ window: Window, _ arena: inout Arena) {
    bySize = CountingSort(window.taps + 1, most: 64, &arena)
  }

  @inline(__always)
  func sort(_ seen: SeenTrains) {
    bySize.sort(seen.count + 1, most: 64) { seen.added[$0].nonzeroBitCount }
  }

  /// `sums[train] = sum of gradient[step]` over the train's spikes.
  @inline(__always)
  func add<R: Row>(
    _ seen: SeenTrains, _ gradient: UnsafePointer<Float>, _ stride: Int, _ sums: UnsafeMutablePointer<Float>,
    as: R.Type
  ) {
    for k in 0...seen.count {
      let train = Int(bySize.order[k])
      var rest = seen.added[train]
      var sum = R.zero
      for _ in 0..<rest.nonzeroBitCount {
        sum += R(loading: gradient + rest.trailingZeroBitCount * stride)
        rest &= rest &- 1
      }
      sum.store(to: sums + train * R.width)
    }
    // Parents come before their children.
    for train in 0..<seen.count {
      R(loading: sums + Int(seen.parents[train + 1]) * R.width).add(to: sums + (train + 1) * R.width)
    }
  }
}
