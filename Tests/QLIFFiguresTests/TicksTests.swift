import Testing

@testable import QLIFFigures

@Suite struct TicksTests {
  @Test func roundPlaces() {
    #expect(Ticks.nice(0, 1, maximum: 6).map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(
      Ticks.nice(-0.05, 0.05, maximum: 5).map(\.label) == [
        "\u{2212}0.04", "\u{2212}0.02", "0.00", "0.02", "0.04",
      ])
    #expect(Ticks.nice(0, 1000, maximum: 3).map(\.label) == ["0", "500", "1000"])
  }

  @Test func wholeNumbersOnly() {
    #expect(Ticks.whole(0, 3, maximum: 20).map(\.label) == ["0", "1", "2", "3"])
    #expect(Ticks.whole(0, 24, maximum: 6).map(\.label) == ["0", "5", "10", "15", "20"])
    #expect(Ticks.whole(0, 0, maximum: 5).map(\.label) == ["0"])
  }

  @Test func insideTheRangeAndNeverTooMany() {
    for upper in [1e-30, 3.3e-8, 0.07, 1, 7.7, 123, 9.9e8, 1e30] {
      for maximum in 2...12 {
        let ticks = Ticks.nice(-upper, upper, maximum: maximum)
        #expect((1...maximum).contains(ticks.count))
        #expect(ticks.allSatisfy { $0.value.magnitude <= upper * 1.000001 })
        #expect(Set(ticks.map(\.label)).count == ticks.count)
      }
    }
  }

  @Test func strangeRangesDoNotTrap() {
    for (lower, upper) in [
      (0, 0), (1, 0), (Double.nan, 1), (0, .infinity), (-1e308, 1e308), (0, .leastNonzeroMagnitude),
      (1e16, 1e16 + 2),
    ] {
      #expect(!Ticks.nice(lower, upper, maximum: 5).isEmpty)
    }
    #expect(!Ticks.whole(.min, .max, maximum: 5).isEmpty)
  }

  @Test func numbersAreWrittenAlikeEverywhere() {
    #expect(formatted(0.75) == "0.75")
    #expect(formatted(-0.0001, decimals: 2) == "0.00")
    #expect(formatted(-1.5, decimals: 1) == "\u{2212}1.5")
    #expect(formatted(1_234_567) == "1\u{2009}234\u{2009}567")
    #expect(formatted(-10_000) == "\u{2212}10\u{2009}000")
    #expect(formatted(9999) == "9999")
    #expect(!formatted(1e308, decimals: 2).isEmpty)
  }
}
