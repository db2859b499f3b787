import Glibc

/// A number with a fixed count of decimals, whatever the locale; "-0" is written as "0", a minus sign is a real one.
package func formatted(_ value: Double, decimals: Int) -> String {
  let text = printed("%.*f", decimals, value)
  guard text.hasPrefix("-") else { return text }
  let isZero = text.dropFirst().allSatisfy { $0 == "0" || $0 == "." }
  return isZero ? String(text.dropFirst()) : "\u{2212}" + text.dropFirst()
}

/// A number with at most `digits` significant digits, without trailing zeros: 0.75, 1000, 1.2e-7.
package func formatted(_ value: Double, digits: Int = 4) -> String {
  let text = printed("%.*g", digits, value)
  return text.hasPrefix("-") ? "\u{2212}" + text.dropFirst() : text
}

private func printed(_ format: String, _ digits: Int, _ value: Double) -> String {
  var buffer = [CChar](repeating: 0, count: 400)
  _ = withVaList([Int32(digits), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A count, its digits in groups of three from five digits on, as in the SI: 9999, 12 345.
package func formatted(_ count: Int) -> String {
  let digits = Array(String(count.magnitude))
  var text = count < 0 ? "\u{2212}" : ""
  for (index, digit) in digits.enumerated() {
    // A thin space, which is no sign of the decimals anywhere.
    if digits.count > 4, index > 0, (digits.count - index) % 3 == 0 { text.append("\u{2009}") }
    text.append(digit)
  }
  return text
}
