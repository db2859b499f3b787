import CSIMD

/// Part of a row of weights or gradients: one vector, or several side by side, so that one sum need not wait for the
/// other.
protocol Row {
  static var width: Int { get }
  static var zero: Self { get }
  init(loading pointer: UnsafePointer<Float>)
  func store(to pointer: UnsafeMutablePointer<Float>)
  /// Adds the row to what is there.
  func add(to pointer: UnsafeMutablePointer<Float>)
  static func += (a: inout Self, b: Self)
  static func * (factor: Float, row: Self) -> Self
  /// `self + factor * other`
  func plus(_ other: Self, times factor: Lanes) -> Self
  /// Stores the first `count` entries, or adds them to what is there.
  func storeFirst(_ count: Int, to pointer: UnsafeMutablePointer<Float>, isAdded: Bool)
}

struct Row1: Row {
  var a = Lanes.zero
  static var width: Int { 16 }

  @inline(__always)
  static var zero: Row1 { Row1() }

  @inline(__always)
  init() {}

  @inline(__always)
  init(loading pointer: UnsafePointer<Float>) { a = Lanes(loading: pointer) }

  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>) { a.store(to: pointer) }

  @inline(__always)
  func add(to pointer: UnsafeMutablePointer<Float>) { (Lanes(loading: pointer) + a).store(to: pointer) }

  @inline(__always)
  static func += (x: inout Row1, y: Row1) { x.a += y.a }

  @inline(__always)
  static func * (factor: Float, row: Row1) -> Row1 {
    var product = row
    product.a = factor * row.a
    return product
  }

  @inline(__always)
  func plus(_ other: Row1, times factor: Lanes) -> Row1 {
    var sum = self
    sum.a = a.plus(other.a, times: factor)
    return sum
  }

  @inline(__always)
  func storeFirst(_ count: Int, to pointer: UnsafeMutablePointer<Float>, isAdded: Bool) {
    qlif_store_first(count, isAdded ? Lanes(loadingFirst: count, pointer) + a : a, pointer)
  }
}

extension Row {
  /// What is soon needed.
  @inline(__always)
  static func prefetch(_ pointer: UnsafePointer<Float>) {
    for line in 0..<width / laneCount { qlif_prefetch(pointer + line * laneCount) }
  }
}

/// Two rows side by side.
struct Twice<Half: Row>: Row {
  var low = Half.zero
  var high = Half.zero

  @inline(__always)
  static var width: Int { 2 * Half.width }

  @inline(__always)
  static var zero: Self { Self() }

  @inline(__always)
  init() {}

  @inline(__always)
  init(loading pointer: UnsafePointer<Float>) {
    low = Half(loading: pointer)
    high = Half(loading: pointer + Half.width)
  }

  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>) {
    low.store(to: pointer)
    high.store(to: pointer + Half.width)
  }

  @inline(__always)
  func add(to pointer: UnsafeMutablePointer<Float>) {
    low.add(to: pointer)
    high.add(to: pointer + Half.width)
  }

  @inline(__always)
  static func += (x: inout Self, y: Self) {
    x.low += y.low
    x.high += y.high
  }

  @inline(__always)
  static func * (factor: Float, row: Self) -> Self {
    var product = row
    product.low = factor * row.low
    product.high = factor * row.high
    return product
  }

  @inline(__always)
  func plus(_ other: Self, times factor: Lanes) -> Self {
    var sum = self
    sum.low = low.plus(other.low, times: factor)
    sum.high = high.plus(other.high, times: factor)
    return sum
  }

  @inline(__always)
  func storeFirst(_ count: Int, to pointer: UnsafeMutablePointer<Float>, isAdded: Bool) {
    low.storeFirst(min(count, Half.width), to: pointer, isAdded: isAdded)
    if count > Half.width {
      high.storeFirst(count - Half.width, to: pointer + Half.width, isAdded: isAdded)
    }
  }
}

typealias Row2 = Twice<Row1>
typealias Row4 = Twice<Row2>
typealias Row8 = Twice<Row4>

/// The sum of the listed rows; row i begins at `rows + i * stride`.
@inline(__always)
func sum<R: Row>(
  _ count: Int, _ list: UnsafePointer<Int32>, of rows: UnsafePointer<Float>, stride: Int, as: R.Type
) -> R {
  var sum = R.zero
  for k in 0..<count { sum += R(loading: rows + Int(list[k]) * stride) }
  return sum
}

/// As `sum`, of every other row in a sum of its own: an addition waits only for the last but one.
@inline(__always)
func sumOfTwo<R: Row>(
  _ count: Int, _ list: UnsafePointer<Int32>, of rows: UnsafePointer<Float>, stride: Int, as: R.Type
) -> R {
  var even = R.zero
  var odd = R.zero
  var k = 0
  while k + 2 <= count {
    even += R(loading: rows + Int(list[k]) * stride)
    odd += R(loading: rows + Int(list[k + 1]) * stride)
    k += 2
  }
  if k < count { even += R(loading: rows + Int(list[k]) * stride) }
  even += odd
  return even
}
