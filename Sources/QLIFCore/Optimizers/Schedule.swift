import Glibc

/// The learning rate of each update.
package enum Schedule: String, Sendable, CaseIterable {
  case constant
  /// Cosine rise from rate / 25 over the warm-up, cosine fall to rate / 250,000 (Smith and Topin,
  /// arXiv:1708.07120, with the factors that PyTorch's OneCycleLR has by default).
  case oneCycle = "one_cycle"
  /// Cosine fall from the rate to 0 (Loshchilov and Hutter, arXiv:1608.03983, without restarts).
  case cosine

  /// The rate of update `step`, counted from 0; beyond the last of `total` it stays.
  func rate(step: Int, total: Int, peak: Double, warmup: Double) -> Double {
    let last = Double(max(1, total - 1))
    let position = min(Double(step), last)
    switch self {
    case .constant:
      return peak
    case .cosine:
      return blend(from: peak, to: 0, position / last)
    case .oneCycle:
      let top = warmup * last
      return position < top
        ? blend(from: peak / 25, to: peak, position / top)
        : blend(from: peak, to: peak / 250_000, (position - top) / max(last - top, 1e-9))
    }
  }

  private func blend(from: Double, to: Double, _ share: Double) -> Double {
    to + (from - to) * (1 + cos(.pi * min(1, share))) / 2
  }
}
