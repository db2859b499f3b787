import ArgumentParser

/// The sizes of a picture as a user writes them: height x width, "28x28".
struct PixelShape: ExpressibleByArgument, Equatable {
  let height: Int
  let width: Int
}

extension PixelShape {
  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let height = parts[0], let width = parts[1], (1...10_000).contains(height),
      (1...10_000).contains(width)
    else { return nil }
    self.init(height: height, width: width)
  }

  /// The shape of `count` values: the last two of `sizes` if they say it, else a square. Nil if neither fits.
  init?(count: Int, sizes: [Int]) {
    // A single row is how a flat array looks, not a picture.
    if sizes.count >= 2, sizes[sizes.count - 2] > 1, sizes[sizes.count - 2] * sizes[sizes.count - 1] == count
    {
      self.init(height: sizes[sizes.count - 2], width: sizes[sizes.count - 1])
      return
    }
    let side = Int(Double(count).squareRoot().rounded())
    guard count > 1, side * side == count else { return nil }
    self.init(height: side, width: side)
  }
}
