@testable import QLIFCore

/// The matrix [outputs, inputs] of a linear map on planes, from what it does to each input.
struct LinearMap {
  var rows: Int
  var columns: Int
  /// (output, input, weight's number, share of the weight)
  var entries: [(Int, Int, Int, Float)] = []

  /// A convolution, after an average over windows of its input.
  init(_ g: ConvolutionShape, input: [Int], average: Int) {
    let pooled = [input[0], input[1] / average, input[2] / average]
    let height = (pooled[1] + 2 * g.padding - g.kernelHeight) / g.stride + 1
    let width = (pooled[2] + 2 * g.padding - g.kernelWidth) / g.stride + 1
    rows = g.channels * height * width
    columns = input.reduce(1, *)
    for o in 0..<g.channels {
      for y in 0..<height {
        for x in 0..<width {
          for c in 0..<input[0] {
            for ky in 0..<g.kernelHeight {
              for kx in 0..<g.kernelWidth {
                let (py, px) = (y * g.stride + ky - g.padding, x * g.stride + kx - g.padding)
                guard (0..<pooled[1]).contains(py), (0..<pooled[2]).contains(px) else { continue }
                let number = ((o * input[0] + c) * g.kernelHeight + ky) * g.kernelWidth + kx
                for dy in 0..<average {
                  for dx in 0..<average {
                    entries.append(
                      (
                        (o * height + y) * width + x,
                        (c * input[1] + py * average + dy) * input[2] + px * average + dx, number,
                        1 / Float(average * average)
                      ))
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  func matrix(_ weights: Floats) -> [Float] {
    var matrix = [Float](repeating: 0, count: rows * columns)
    for (output, input, number, share) in entries {
      matrix[output * columns + input] += share * weights[number]
    }
    return matrix
  }

  func gradient(_ matrix: [Float], weights: Int) -> [Double] {
    var gradient = [Double](repeating: 0, count: weights)
    for (output, input, number, share) in entries {
      gradient[number] += Double(share) * Double(matrix[output * columns + input])
    }
    return gradient
  }
}
