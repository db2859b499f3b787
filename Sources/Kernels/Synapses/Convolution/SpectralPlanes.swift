import CSIMD
import KernelTypes

/// Sums of products, several at a time: sum r gains that of `factors[r * apart + k * step] * vectors[k]` over k.
@inline(__always)
func addProducts<let count: Int>(
  _ inner: Int, factors: UnsafePointer<Float>, apart: Int, step: Int, vectors: UnsafePointer<Float>,
  stride: Int, to sums: inout InlineArray<count, Lanes>
) {
  for k in 0..<inner {
    let vector = Lanes(loading: vectors + k * stride)
    for r in 0..<count {
      sums[r] = sums[r].plus(vector, times: Lanes(repeating: factors[r * apart + k * step]))
    }
  }
}

/// Working memory of the transforms of 16 planes side by side.
struct SpectralMemory {
  /// [parts of y, parts of x]
  let parts: UnsafeMutablePointer<Float>
  /// Halves of columns, of which x is transformed.
  let rows: UnsafeMutablePointer<Float>
  /// Halves in both directions.
  let quarters: UnsafeMutablePointer<Float>

  @inline(__always)
  init(_ spectrum: Spectrum, _ arena: inout Arena) {
    parts = arena.take(spectrum.planeSize)
    rows = arena.take(spectrum.planeSize)
    quarters = arena.take(spectrum.planeSize)
  }
}

extension SpectralLine {
  /// Sums and differences of a line's halves to its parts.
  @inline(__always)
  fileprivate func analyse(
    _ source: UnsafePointer<Float>, stride: Int, into target: UnsafeMutablePointer<Float>,
    stride targetStride: Int
  ) {
    multiply(
      even, results: evens, inner: half, source, stride: stride, into: target, stride: targetStride)
    multiply(
      odd, results: odds, inner: count - half, source + half * stride, stride: stride,
      into: target + firstOdd * targetStride, stride: targetStride)
  }

  /// A line's parts to what its halves are sums and differences of.
  @inline(__always)
  fileprivate func synthesise(
    _ source: UnsafePointer<Float>, stride: Int, into target: UnsafeMutablePointer<Float>,
    stride targetStride: Int
  ) {
    multiply(
      even, results: half, inner: evens, source, stride: stride, into: target, stride: targetStride)
    multiply(
      odd, results: half, inner: odds, source + firstOdd * stride, stride: stride,
      into: target + paddedHalf * targetStride, stride: targetStride)
  }

  /// Whole blocks of results are written.
  @inline(__always)
  private func multiply(
    _ factors: UnsafePointer<Float>, results: Int, inner: Int, _ vectors: UnsafePointer<Float>, stride: Int,
    into target: UnsafeMutablePointer<Float>, stride targetStride: Int
  ) {
    var first = 0
    while first < results {
      // As many as a block has results.
      var sums = InlineArray<6, Lanes>(repeating: .zero)
      addProducts(
        inner, factors: factors + first * inner, apart: 1, step: Self.block, vectors: vectors, stride: stride,
        to: &sums)
      for r in 0..<6 { sums[r].store(to: target + (first + r) * targetStride) }
      first += Self.block
    }
  }
}

extension Spectrum.Lines {
  /// A plane's parts, from entries `stride` apart in rows that lie `rowStride` apart; `ahead` from each lies what is
  /// read next, to be prefetched.
  func analyse(
    _ source: UnsafePointer<Float>, stride: Int, rowStride: Int, ahead: Int, _ memory: SpectralMemory
  ) {
    let width = x.count * laneCount
    for ky in 0..<y.half {
      let (top, bottom) = (source + ky * rowStride, source + (y.count - 1 - ky) * rowStride)
      let (isPair, even) = (ky < y.count - y.half, memory.quarters + ky * width)
      let odd = even + y.half * width
      for kx in 0..<x.half {
        let (left, right) = (kx * stride, (x.count - 1 - kx) * stride)
        qlif_prefetch(top + (left + ahead))
        qlif_prefetch(top + (right + ahead))
        qlif_prefetch(bottom + (left + ahead))
        qlif_prefetch(bottom + (right + ahead))
        let bottomLeft = isPair ? Lanes(loading: bottom + left) : .zero
        let sum = Lanes(loading: top + left) + bottomLeft
        let difference = Lanes(loading: top + left) - bottomLeft
        guard kx < x.count - x.half else {
          sum.store(to: even + kx * laneCount)
          if isPair { difference.store(to: odd + kx * laneCount) }
          continue
        }
        let bottomRight = isPair ? Lanes(loading: bottom + right) : .zero
        let rightSum = Lanes(loading: top + right) + bottomRight
        let rightDifference = Lanes(loading: top + right) - bottomRight
        (sum + rightSum).store(to: even + kx * laneCount)
        (sum - rightSum).store(to: even + (x.half + kx) * laneCount)
        guard isPair else { continue }
        (difference + rightDifference).store(to: odd + kx * laneCount)
        (difference - rightDifference).store(to: odd + (x.half + kx) * laneCount)
      }
    }
    let row = x.parts * laneCount
    for k in 0..<y.count {
      x.analyse(
        memory.quarters + k * width, stride: laneCount, into: memory.rows + k * row, stride: laneCount)
    }
    for k in 0..<x.parts {
      y.analyse(memory.rows + k * laneCount, stride: row, into: memory.parts + k * laneCount, stride: row)
    }
  }

  /// A plane from its parts; `body` is called with each place and what is there.
  @inline(__always)
  func synthesise(_ memory: SpectralMemory, _ body: (_ y: Int, _ x: Int, Lanes) -> Void) {
    let (row, width) = (x.parts * laneCount, 2 * x.paddedHalf * laneCount)
    for k in 0..<x.parts {
      y.synthesise(
        memory.parts + k * laneCount, stride: row, into: memory.rows + k * laneCount, stride: row)
    }
    for k in 0..<2 * y.paddedHalf {
      x.synthesise(
        memory.rows + k * row, stride: laneCount, into: memory.quarters + k * width, stride: laneCount)
    }
    for ky in 0..<y.half {
      for kx in 0..<x.half {
        @inline(__always)
        func quarter(_ y: Int, _ x: Int) -> Lanes {
          Lanes(loading: memory.quarters + (y * width + x * laneCount))
        }
        let (even, odd) = (quarter(ky, kx), quarter(ky, x.paddedHalf + kx))
        let (below, oddBelow) = (
          quarter(y.paddedHalf + ky, kx), quarter(y.paddedHalf + ky, x.paddedHalf + kx)
        )
        body(ky, kx, (even + odd) + (below + oddBelow))
        body(ky, x.count - 1 - kx, (even - odd) + (below - oddBelow))
        body(y.count - 1 - ky, kx, (even + odd) - (below + oddBelow))
        body(y.count - 1 - ky, x.count - 1 - kx, (even - odd) - (below - oddBelow))
      }
    }
  }

  /// The factors of each frequency's product, `stride` apart: of a complex number its parts and their sum.
  func store(_ parts: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, stride: Int) {
    var target = target
    @inline(__always)
    func add(_ re: Lanes, _ im: Lanes) {
      re.store(to: target)
      im.store(to: target + stride)
      (re + im).store(to: target + 2 * stride)
      target += 3 * stride
    }
    var place = places
    @inline(__always)
    func next() -> Lanes {
      let part = Lanes(loading: parts + Int(place[0]))
      place += 1
      return part
    }
    for _ in 0..<both {
      // (cy + i sy) (cx + i sx), and the same for -x.
      let (cc, cs, sc, ss) = (next(), next(), next(), next())
      add(cc - ss, sc + cs)
      add(cc + ss, sc - cs)
    }
    for _ in 0..<pairs { add(next(), next()) }
    for _ in 0..<singles {
      next().store(to: target)
      target += stride
    }
  }

  /// The parts, from the products of what `store` gives.
  func load(_ source: UnsafePointer<Float>, stride: Int, to parts: UnsafeMutablePointer<Float>) {
    var source = source
    @inline(__always)
    func number() -> (re: Lanes, im: Lanes) {
      let (re, im) = (Lanes(loading: source), Lanes(loading: source + stride))
      let both = Lanes(loading: source + 2 * stride)
      source += 3 * stride
      return (re - im, both - re - im)
    }
    var place = places
    @inline(__always)
    func set(_ lanes: Lanes) {
      lanes.store(to: parts + Int(place[0]))
      place += 1
    }
    for _ in 0..<both {
      let (a, b) = (number(), number())
      set(0.5 * (a.re + b.re))
      set(0.5 * (a.im - b.im))
      set(0.5 * (a.im + b.im))
      set(0.5 * (b.re - a.re))
    }
    for _ in 0..<pairs {
      let a = number()
      set(a.re)
      set(a.im)
    }
    for _ in 0..<singles {
      set(Lanes(loading: source))
      source += stride
    }
  }
}
