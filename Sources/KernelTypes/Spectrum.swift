/// A line of a plane and its discrete Fourier transform, in real numbers.
///
/// The line's `count` entries lie `spacing` apart, and places are counted from its middle, so that cosines are even and
/// sines odd in them: their sums take only the sums, or the differences, of two entries that face each other.
/// Frequency w, of w waves in `period` places, has two parts: an even one, the entries' sum with `cos(angle)`, and an
/// odd one, that with `-sin(angle)`. Frequency 0 has an even one alone, and half of the period, where that is even, one
/// of the two, the other being 0: which one depends on where the middle lies.
@frozen public struct SpectralLine: @unchecked Sendable {
  public var count: Int
  public var spacing: Int
  public var period: Int
  /// What leads from half of the entries, or their parts, to the other: even ones and odd ones, in blocks of results,
  /// [blocks, factors of a result, SpectralLine.block].
  public var even: UnsafePointer<Float>
  public var odd: UnsafePointer<Float>

  public init(
    count: Int, spacing: Int, period: Int, even: UnsafePointer<Float>, odd: UnsafePointer<Float>
  ) {
    self.count = count
    self.spacing = spacing
    self.period = period
    self.even = even
    self.odd = odd
  }

  /// Results that are summed up together.
  @inlinable public static var block: Int { 6 }
  @inlinable public static func padded(_ results: Int) -> Int { (results + block - 1) / block * block }

  /// Frequencies of two parts.
  @inlinable public var pairs: Int { (period - 1) / 2 }
  /// Frequencies of one part.
  @inlinable public var singles: Int { 2 - period % 2 }
  /// Whether the middle is a place itself: then half of the period has an even part.
  @inlinable public var isCentered: Bool { spacing * (count - 1) % 2 == 0 }
  @inlinable public var evens: Int { 1 + pairs + (isCentered ? singles - 1 : 0) }
  @inlinable public var odds: Int { pairs + (isCentered ? 0 : singles - 1) }

  /// Entries of a half, with the middle one.
  @inlinable public var half: Int { (count + 1) / 2 }
  @inlinable public var paddedHalf: Int { Self.padded(half) }

  // Where the parts lie: even ones by their frequency, then odd ones, each padded to whole blocks.

  @inlinable public var parts: Int { firstOdd + Self.padded(odds) }
  /// The odd part of frequency 1.
  @inlinable public var firstOdd: Int { Self.padded(evens) }
}

/// The transforms by which a convolution's input gradient is a product of numbers at each frequency.
///
/// The gradients on a line of positions, times the kernel's weights on a second line, add up to a third one, as long as
/// what all positions see; that is the period. The numbers are complex: their product takes three real ones,
/// `(a + ib) (c + id) = ac - bd + i ((a + b) (c + d) - ac - bd)`, so that each frequency is three planes; one whose
/// number is real is one.
@frozen public struct Spectrum: Sendable {
  @frozen public struct Lines: @unchecked Sendable {
    public var y: SpectralLine
    public var x: SpectralLine
    /// Where the parts lie that belong together, in floats: of both lines' frequencies of two parts four, those of y
    /// and x being even and even, even and odd, odd and even, odd and odd; then of frequencies that have two parts in
    /// one line, even and odd; then the others.
    public var places: UnsafePointer<Int32>

    public init(y: SpectralLine, x: SpectralLine, places: UnsafePointer<Int32>) {
      self.y = y
      self.x = x
      self.places = places
    }

    @inlinable public var both: Int { y.pairs * x.pairs }
    @inlinable public var pairs: Int { y.pairs * x.singles + y.singles * x.pairs }
    @inlinable public var singles: Int { y.singles * x.singles }
    /// Floats of 16 planes, or their parts, with all padding.
    @inlinable public var size: Int {
      16 * max(y.parts, 2 * y.paddedHalf) * max(x.parts, 2 * x.paddedHalf)
    }
  }

  public var gradient: Lines
  public var kernel: Lines
  public var sums: Lines
  /// Rows that are worked on together.
  public var mostRows: Int

  public init(gradient: Lines, kernel: Lines, sums: Lines, paddedChannels: Int) {
    self.gradient = gradient
    self.kernel = kernel
    self.sums = sums
    mostRows = 0
    // They should stay in the second cache.
    let row = planes * (16 + paddedChannels)
    mostRows = SpectralLine.padded(max(1, min(48, 84_000 / row) - SpectralLine.block + 1))
  }

  /// Real numbers in place of one plane.
  @inlinable public var planes: Int { 6 * sums.both + 3 * sums.pairs + sums.singles }

  // Memory that the kernels work in, in floats.

  /// 16 planes in a transform.
  @inlinable public var planeSize: Int { max(gradient.size, kernel.size, sums.size) }
  @inlinable public var transformMemory: Int { 3 * planeSize }

  @inlinable public func memory(_ window: Window) -> Int {
    transformMemory + window.planeSize + 16 + planes * mostRows * (16 + window.paddedChannels)
  }
}
