/// The product of sizes, or an error that names them where it does not fit.
package func product(_ sizes: [Int], of what: String) throws(QLIFError) -> Int {
  var result = 1
  for size in sizes {
    let (next, overflow) = result.multipliedReportingOverflow(by: size)
    // Room for byte counts and padding on top.
    guard !overflow, next < Int.max / 64 else {
      throw QLIFError(
        .outOfMemory, "\(what): \(sizes.map(String.init).joined(separator: " x ")) is more than memory holds")
    }
    result = next
  }
  return result
}

/// The least multiple of `unit` that holds `count`.
@inline(__always)
func padded(_ count: Int, to unit: Int) -> Int { (count + unit - 1) / unit * unit }

/// "[2, 3, 4]"
func shapeText(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: ", ") + "]" }
