import KernelTypes

/// Some output channels of one current, side by side: see `Window.blockWidth`.
struct FilterBlock {
  var current: Int
  var filter: Int
  var width: Int
  /// Of the first among all currents' channels.
  var column: Int
}

/// From the last on.
@inline(__always)
func forEachBlock(_ window: Window, _ body: (FilterBlock) -> Void) {
  for current in stride(from: window.currents - 1, through: 0, by: -1) {
    var end = window.paddedFilters
    while end > 0 {
      let width = window.blockWidth(endingAt: end)
      end -= width
      body(
        FilterBlock(
          current: current, filter: end, width: width, column: current * window.paddedFilters + end))
    }
  }
}

/// The rows of each sample, 64 at most at a time: the first one's number, and how many.
@inline(__always)
func forEachPart(samples: Int, steps: Int, _ body: (Int, Int) -> Void) {
  for sample in 0..<samples {
    for step in stride(from: 0, to: steps, by: 64) {
      body(sample * steps + step, min(64, steps - step))
    }
  }
}
