import Testing

@testable import QLIFCore

@Suite struct JSONValueTests {
  @Test(arguments: [
    "null", "true", "-3", "18446744073709551615", "0.1", "1e-08", "\"\"", "[]", "{}",
    #"{"a": [1, {"b": false}], "z": "x"}"#, #""quotes \" and \\, ümlauts, 日本語, \u0001""#,
  ])
  func writesWhatItReads(_ text: String) throws {
    #expect(try JSONValue(parsing: text, "text").text == text)
  }

  @Test func numbersKeepTheirType() throws {
    #expect(try JSONValue(parsing: "3", "text") == .integer(3))
    #expect(try JSONValue(parsing: "3.5", "text") == .number(3.5))
    #expect(try JSONValue(parsing: "18446744073709551615", "text") == .unsigned(.max))
    #expect(JSONValue.float(1).text == "1.0")
    #expect(JSONValue.float(0.1).text == "0.1")
  }

  @Test(arguments: [
    "", "{", "nul", "{'a': 1}", "[1 2]", "NaN", "{\"a\" 1}", "{\"a\": 1, \"a\": 1}", "01", "1.", "-",
    #""\ud800""#, "\"\n\"",
  ])
  func refusesWhatIsNoJSON(_ text: String) {
    #expect(throws: QLIFError.self) { try JSONValue(parsing: text, "text") }
  }

  /// The field that it is given to refuses it, and names its place.
  @Test func whatIsTooLargeIsInfinite() throws {
    #expect(try JSONValue(parsing: "1e400", "text") == .number(.infinity))
  }

  @Test func escapesStandForScalars() throws {
    #expect(try JSONValue(parsing: #""\ud83d\udc08\u00e9\/\n""#, "text") == .text("🐈é/\n"))
  }

  @Test(arguments: [34, 100_000])
  func depthHasALimit(_ depth: Int) {
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(throws: QLIFError.self) { try JSONValue(parsing: text, "text") }
  }
}
