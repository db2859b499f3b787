/// The sizes of a pooling of planes of spikes, which lie [height, width, channels].
@frozen public struct PoolWindow: Sendable {
  public var height: Int
  public var width: Int
  public var channels: Int
  public var size: Int
  public var stride: Int
  public var outputHeight: Int
  public var outputWidth: Int

  public init(
    height: Int, width: Int, channels: Int, size: Int, stride: Int, outputHeight: Int, outputWidth: Int
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.size = size
    self.stride = stride
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
  }

  /// Where a window's places lie, row by row, from its first on.
  @inlinable public func offset(of place: Int) -> Int { (place / size * width + place % size) * channels }

  @inlinable public var words: Int { (height * width * channels + 63) / 64 }
  @inlinable public var outputWords: Int { (outputHeight * outputWidth * channels + 63) / 64 }
}
