import CSIMD
import KernelTypes

extension VectorKernels {
  /// The weights of a convolution at each frequency, three planes of real numbers for a complex one.
  ///   taps      [columns, kernelHeight, kernelWidth, paddedChannels]
  ///   target    [columns / 16, planes, 16, paddedChannels]; written
  ///   memory    [spectrum.transformMemory] to work in
  public static func spectralWeights(
    _ window: Window, _ spectrum: Spectrum, taps: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>
  ) {
    var arena = Arena(memory)
    let work = SpectralMemory(spectrum, &arena)
    let channels = window.paddedChannels
    for column in 0..<window.columns {
      for channel in stride(from: 0, to: channels, by: laneCount) {
        spectrum.kernel.analyse(
          taps + column * window.kernelHeight * window.kernelWidth * channels + channel, stride: channels,
          rowStride: window.kernelWidth * channels, ahead: 0, work)
        let (block, lane) = (column / laneCount, column % laneCount)
        spectrum.kernel.store(
          work.parts, to: target + (block * spectrum.planes * laneCount + lane) * channels + channel,
          stride: laneCount * channels)
      }
    }
  }

  /// The gradients of the spikes, as `convolutionInputGradient` gives them but from all positions' gradients alike,
  /// 0 or not: a product of matrices at each frequency of the planes.
  ///   outputGradient   [rows, currents, currentStride]
  ///   weights          as `spectralWeights` gives them
  ///   inputGradient    [rows, inputStride], of which height x width x channels count; written
  ///   memory           [spectrum.memory] to work in
  public static func spectralInputGradient(
    _ window: Window, _ spectrum: Spectrum, rows: Int, outputGradient: UnsafePointer<Float>,
    currentStride: Int, weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    inputStride: Int, memory: UnsafeMutablePointer<Float>
  ) {
    let (planes, channels) = (spectrum.planes, window.paddedChannels)
    // As many rows at a time as the second cache holds, and about as many each time.
    let parts = (rows + spectrum.mostRows - 1) / spectrum.mostRows
    var arena = Arena(memory)
    let work = SpectralMemory(spectrum, &arena)
    let plane: UnsafeMutablePointer<Float> = arena.take(window.planeSize)
    // [planes, height, 16 columns], [planes, height, channels]
    let height = paddedRows((rows + parts - 1) / parts)
    let amounts: UnsafeMutablePointer<Float> = arena.take(planes * height * laneCount)
    let sums: UnsafeMutablePointer<Float> = arena.take(planes * height * channels)
    /// Where a row's gradients of 16 columns are.
    @inline(__always)
    func place(_ row: Int, _ block: Int) -> UnsafePointer<Float> {
      let column = block * laneCount
      let (current, filter) = (column / window.paddedFilters, column % window.paddedFilters)
      return outputGradient + (row * window.currents + current) * currentStride + filter
    }
    for part in 0..<parts {
      let part = part * rows / parts..<(part + 1) * rows / parts
      for block in 0..<window.columns / laneCount {
        for row in part {
          let source = place(row, block)
          let next = row + 1 < part.upperBound ? place(row + 1, block) : place(part.lowerBound, block + 1)
          spectrum.gradient.analyse(
            source, stride: window.filters, rowStride: window.outputWidth * window.filters,
            ahead: next - source, work)
          spectrum.gradient.store(
            work.parts, to: amounts + (row - part.lowerBound) * laneCount, stride: height * laneCount)
        }
        for plane in 0..<planes {
          multiplyRows(
            part.count, amounts + plane * height * laneCount,
            weights + (block * planes + plane) * laneCount * channels, channels: channels,
            into: sums + plane * height * channels, adds: block > 0)
        }
      }
      for row in part {
        for channel in stride(from: 0, to: channels, by: laneCount) {
          spectrum.sums.load(
            sums + (row - part.lowerBound) * channels + channel, stride: height * channels, to: work.parts)
          let width = min(laneCount, window.channels - channel)
          spectrum.sums.synthesise(work) { y, x, lanes in
            qlif_store_first(width, lanes, plane + (y * window.planeWidth + x * window.channels + channel))
          }
        }
        window.copyInside(of: plane, to: inputGradient + row * inputStride)
      }
    }
  }
}

/// Rows are worked on six at a time, the last ones four at a time where that will do.
@inline(__always)
private func rowsAtATime(of rows: Int) -> Int { rows > 4 ? 6 : 4 }

@inline(__always)
private func paddedRows(_ rows: Int) -> Int {
  let rest = rows % 6
  return rows - rest + (rest == 0 ? 0 : rowsAtATime(of: rest))
}

/// `sums` [rows, channels] of products of amounts [rows, 16] and weights [16, channels]; rows are padded.
@inline(__always)
private func multiplyRows(
  _ rows: Int, _ amounts: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, channels: Int,
  into sums: UnsafeMutablePointer<Float>, adds: Bool
) {
  for channel in stride(from: 0, to: channels, by: laneCount) {
    var row = 0
    while row < rows {
      if rowsAtATime(of: rows - row) == 6 {
        multiply(InlineArray<6, Lanes>(repeating: .zero))
      } else {
        multiply(InlineArray<4, Lanes>(repeating: .zero))
      }
    }
    @inline(__always)
    func multiply<let count: Int>(_ zeros: InlineArray<count, Lanes>) {
      var sum = zeros
      let place = sums + row * channels + channel
      if adds { for r in 0..<count { sum[r] = Lanes(loading: place + r * channels) } }
      addProducts(
        laneCount, factors: amounts + row * laneCount, apart: laneCount, step: 1, vectors: weights + channel,
        stride: channels, to: &sum)
      for r in 0..<count { sum[r].store(to: place + r * channels) }
      row += count
    }
  }
}
