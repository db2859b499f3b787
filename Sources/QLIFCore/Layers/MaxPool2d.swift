import KernelTypes

/// The largest of each window of spikes: 1 where any of its neurons spikes.
package struct MaxPool2d: Sendable {
  /// To which of the neurons that are the largest the gradient goes: of those that spiked, or of all where none did.
  package enum Ties: String, Codable, Sendable {
    /// The first, row by row.
    case first
    /// The one with the largest membrane, as if the membranes were pooled and then compared with the threshold. Always
    /// the first would ask the same neuron of a silent window over and over, often one that nothing drives, and
    /// layers would fall silent.
    case membrane
  }

  package let size: Int
  package let stride: Int
  package let ties: Ties
  package let outputShape: [Int]
  let window: PoolWindow

  package init(inputShape: [Int], size: Int, stride: Int, ties: Ties, layer: Int) throws(QLIFError) {
    let what = "layer \(layer) (max_pool2d)"
    outputShape = try pooledShape(inputShape, size: size, stride: stride, what)
    self.size = size
    self.stride = stride
    self.ties = ties
    window = PoolWindow(
      height: inputShape[1], width: inputShape[2], channels: inputShape[0], size: size, stride: stride,
      outputHeight: outputShape[1], outputWidth: outputShape[2])
  }
}

/// The shape after pooling; what does not fill a window is left out.
func pooledShape(_ shape: [Int], size: Int, stride: Int, _ what: String) throws(QLIFError) -> [Int] {
  guard shape.count == 3 else {
    throw .shape("\(what): input of shape \(shapeText(shape)), expected [channels, height, width]")
  }
  guard size > 0, stride > 0 else {
    throw .shape("\(what): size \(size), stride \(stride), expected 1 or more")
  }
  guard size <= shape[1], size <= shape[2] else {
    throw .shape("\(what): windows of \(size) x \(size) on \(shapeText(shape)), expected ones that fit")
  }
  return [shape[0], (shape[1] - size) / stride + 1, (shape[2] - size) / stride + 1]
}
