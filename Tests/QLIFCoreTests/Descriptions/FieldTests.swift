import Testing

@testable import QLIFCore

/// Every kind of field, on a thing that has one of each.
@Suite struct FieldTests {
  enum Colour: String, CaseIterable { case red, green }

  struct Inner: Described, Equatable {
    var depth = 1
    static var fields: [Field<Inner>] { [.size("depth", \.depth, 1...3)] }
  }

  struct Thing: Described {
    var number: Float = 0.5
    var size = 2
    var optionalSize: Int?
    var choice = Colour.red
    var optionalChoice: Colour?
    var flag = false
    var sizes: [Int] = []
    var seed: UInt64 = 3
    var list: [JSONValue] = []
    var inner = Inner()

    static var fields: [Field<Thing>] {
      [
        .number("number", \.number, "below 1") { $0 < 1 }, .size("size", \.size, 1...9),
        .size("optional_size", \.optionalSize, 1...9), .choice("choice", \.choice),
        .choice("optional_choice", \.optionalChoice), .flag("flag", \.flag), .sizes("sizes", \.sizes, 1...2),
        .seed("seed", \.seed), .list("list", \.list, 1...9),
        .object(
          "inner", \.inner, read: { (reader) throws(QLIFError) in try Inner(&reader) },
          write: { .object($0.constants) }),
      ]
    }
  }

  static let required = #""sizes": [4], "list": [null]"#

  func read(_ text: String) throws -> Thing {
    var reader = try DescriptionReader(JSONValue(parsing: text, "thing"), at: "thing")
    return try Thing(&reader)
  }

  @Test func absentKeysTakeTheDefaults() throws {
    let thing = try read("{\(Self.required)}")
    #expect(thing.sizes == [4] && thing.list == [.null])
    #expect(thing.number == 0.5 && thing.size == 2 && thing.optionalSize == nil && thing.seed == 3)
    #expect(thing.choice == .red && thing.optionalChoice == nil && !thing.flag && thing.inner == Inner())
    #expect(
      JSONValue.object(thing.constants).text
        == #"{"choice": "red", "flag": false, "inner": {"depth": 1}, "list": [null], "number": 0.5, "#
        + #""optional_choice": null, "optional_size": null, "seed": 3, "size": 2, "sizes": [4]}"#)
  }

  /// What is written is read again, by text too.
  @Test(arguments: [
    #"{"choice": "green", "flag": true, "inner": {"depth": 3}, "list": [1, "a"], "number": 1e-08, "#
      + #""optional_choice": "green", "optional_size": 7, "seed": 18446744073709551615, "size": 9, "sizes": [1, 8]}"#,
    #"{"choice": "red", "flag": false, "inner": {"depth": 2}, "list": [{"a": 0.1}], "number": -3.4028235e+38, "#
      + #""optional_choice": null, "optional_size": null, "seed": 9223372036854775807, "size": 1, "sizes": [5]}"#,
  ])
  func writesWhatItReads(_ text: String) throws {
    #expect(try JSONValue.object(read(text).constants).text == text)
  }

  @Test func aNumberMayBeWhole() throws {
    #expect(try read(#"{\#(Self.required), "number": -3}"#).number == -3)
    // The nearest float32.
    #expect(try read(#"{\#(Self.required), "number": 0.1}"#).number == 0.1)
  }

  @Test(arguments: [
    (#""number": "1""#, "number: \"1\", expected a number below 1"),
    (#""number": 1"#, "number: 1.0, expected below 1"),
    (#""number": -1e39"#, "number: -1e+39, beyond the range of float32, expected below 1"),
    (#""size": 0"#, "size: 0, expected 1 to 9"),
    (#""size": 1.5"#, "size: 1.5, expected a whole number, 1 to 9"),
    (#""size": null"#, "size: null, expected a whole number, 1 to 9"),
    (#""size": 18446744073709551615"#, "size: 18446744073709551615, expected a whole number, 1 to 9"),
    (#""optional_size": 10"#, "optional_size: 10, expected 1 to 9"),
    (#""optional_size": "1""#, "optional_size: \"1\", expected a whole number, 1 to 9"),
    (#""choice": "blue""#, "choice: \"blue\", expected one of red, green"),
    (#""choice": null"#, "choice: null, expected one of red, green"),
    (#""optional_choice": 3"#, "optional_choice: 3, expected one of red, green"),
    (#""flag": 0"#, "flag: 0, expected true or false"),
    (#""seed": 0.5"#, "seed: 0.5, expected a whole number, 0 to 2^64 - 1"),
    (#""inner": []"#, "inner: [], expected an object of keys and values"),
    (#""inner": {"depth": 4}"#, "inner.depth: 4, expected 1 to 3"),
    (#""inner": {"width": 4}"#, "inner.width: unknown, expected one of depth"),
    (#""colour": 1"#, "colour: unknown, expected one of choice, flag, inner, list, number, optional_choice"),
  ])
  func refusesWhatItCannotTake(_ text: String, _ message: String) {
    let found = StrictReadingTests.message { _ = try read("{\(Self.required), \(text)}") }
    #expect(found.hasPrefix("thing.\(message)"), "\(found)")
  }

  @Test(arguments: [
    ("{}", "sizes: missing, expected a list of 1 to 2 sizes of 1 or more"),
    (#"{"sizes": [1]}"#, "list: missing, expected a list of 1 to 9"),
    (#"{"sizes": [], "list": [1]}"#, "sizes: [], expected a list of 1 to 2 sizes of 1 or more"),
    (#"{"sizes": [1, true], "list": [1]}"#, "sizes: [1, true], expected a list of 1 to 2 sizes of 1 or more"),
    (#"{"sizes": [1], "list": []}"#, "list: [], expected a list of 1 to 9"),
    (#"{"sizes": [1], "list": "a"}"#, "list: \"a\", expected a list of 1 to 9"),
  ])
  func requiresWhatHasNoDefault(_ text: String, _ message: String) {
    let found = StrictReadingTests.message { _ = try read(text) }
    #expect(found == "thing.\(message)", "\(found)")
  }

  /// What a program sets is checked alike, as its own code may.
  @Test func validatesWhatWasSet() {
    #expect(
      StrictReadingTests.message { try Thing.with { $0.number = .nan }.validate() }.hasPrefix("number: nan"))
    #expect(
      StrictReadingTests.message { try Thing.with { $0.size = 10 }.validate() } == "size: 10, expected 1 to 9"
    )
    #expect(throws: QLIFError.self) { try Thing.with { $0.optionalSize = 0 }.validate() }
    #expect(throws: Never.self) { try Thing().validate() }
  }
}
