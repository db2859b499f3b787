/// The sizes of a convolution over planes of spikes, which lie [height, width, channels], one bit each.
///
/// Output position (y, x) sees the inputs from `(y * stride - padding, x * stride - padding)` on, `kernelHeight` x
/// `kernelWidth` x `channels` of them, those outside of the plane being 0. Its weights are numbered alike:
/// `(ky * kernelWidth + kx) * channels + channel`.
@frozen public struct Window: Sendable {
  /// Input plane; beyond `usable...` it counts as outside.
  public var height: Int
  public var width: Int
  public var channels: Int
  public var usableHeight: Int
  public var usableWidth: Int
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var stride: Int
  public var padding: Int
  public var outputHeight: Int
  public var outputWidth: Int
  /// Output channels.
  public var filters: Int
  /// Currents of each output channel.
  public var currents: Int

  public init(
    height: Int, width: Int, channels: Int, usableHeight: Int, usableWidth: Int, kernelHeight: Int,
    kernelWidth: Int, stride: Int, padding: Int, outputHeight: Int, outputWidth: Int, filters: Int,
    currents: Int
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.usableHeight = usableHeight
    self.usableWidth = usableWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.filters = filters
    self.currents = currents
  }

  /// Inputs of one output position.
  @inlinable public var taps: Int { kernelHeight * kernelWidth * channels }

  /// 64-bit words in one step's spikes of the input.
  @inlinable public var words: Int { (height * width * channels + 63) / 64 }

  @inlinable public var positions: Int { outputHeight * outputWidth }

  /// Output channels of one current, padded to whole vectors.
  @inlinable public var paddedFilters: Int { (filters + 15) / 16 * 16 }

  /// Floats in a row of weights: all currents of all output channels.
  @inlinable public var columns: Int { currents * paddedFilters }

  /// Output channels of the block of one current's that ends at `end`: four vectors, or two or one where no more are
  /// left. Blocks lie one after the other, each [taps, width].
  @inlinable public func blockWidth(endingAt end: Int) -> Int { end % 64 == 0 ? 64 : end % 32 == 0 ? 32 : 16 }

  /// Where the weight of a tap and a column lies among blocks.
  @inlinable public func blockPlace(tap: Int, column: Int) -> Int {
    let filter = column % paddedFilters
    var end = paddedFilters
    while end - blockWidth(endingAt: end) > filter { end -= blockWidth(endingAt: end) }
    let width = blockWidth(endingAt: end)
    return (column - filter + end - width) * taps + tap * width + filter - (end - width)
  }

  /// Input channels, padded to whole vectors.
  @inlinable public var paddedChannels: Int { (channels + 15) / 16 * 16 }

  /// Inputs of one row of the kernel, padded to whole vectors.
  @inlinable public var paddedRow: Int { (kernelWidth * channels + 15) / 16 * 16 }

  /// Inputs of the block of a kernel's row that begins at `start`: two vectors, or one where no more are left. All
  /// columns' weights of such a block stay in the first cache. Blocks lie one after the other, each [columns, width].
  @inlinable public func rowBlockWidth(from start: Int) -> Int { min(32, paddedRow - start) }

  /// Where the weight of a tap and a column lies among the blocks of the kernel's rows.
  @inlinable public func rowPlace(tap: Int, column: Int) -> Int {
    let (row, place) = (tap / (kernelWidth * channels), tap % (kernelWidth * channels))
    let start = place / 32 * 32
    return (row * paddedRow + start) * columns + column * rowBlockWidth(from: start) + place - start
  }

  // Memory that the kernels work in.

  /// Output rows that are worked on together, so that the lists of what they give stay below a megabyte or two.
  @inlinable public var rowsAtATime: Int {
    max(1, min(outputHeight, (1 << 18) / (outputWidth * currents * filters)))
  }

  /// Slots of the table in which different spike trains are found: at least twice as many as inputs, a power of two.
  @inlinable public var trainSlots: Int { 1 << (Int.bitWidth - (words * 128 - 1).leadingZeroBitCount) }

  /// Entries of lists, in 32 bits: of a plane's trains and those that a position sees, of what each step adds, or of
  /// what each position gives.
  @inlinable public var indices: Int {
    let inputs = words * 64
    // Each part begins a cache line.
    let parts = 32 * 16
    let trains = 8 * inputs + trainSlots + inputs + words * 2
    let given = 3 * positions + currents * filters + amounts
    return parts + max(trains + 64 * taps + 24 * (taps + 64), given)
  }

  /// Floats of rows of weights or gradients and their sums.
  @inlinable public var rows: Int { 2 * (taps + 1) * max(columns, 64) }

  /// Floats of the gradients of some positions.
  @inlinable public var amounts: Int { rowsAtATime * outputWidth * currents * filters + 16 }

  // The input plane with its margins, so that no position needs to be cut.
  @inlinable public var planeHeight: Int { (outputHeight - 1) * stride + kernelHeight }
  @inlinable public var planeWidth: Int { ((outputWidth - 1) * stride + kernelWidth) * channels }
  @inlinable public var planeSize: Int { planeHeight * planeWidth + 16 }
}
