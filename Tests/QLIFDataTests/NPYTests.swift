import QLIFData
import Testing

@Suite struct NPYTests {
  static func values(_ bytes: [UInt8]) throws -> [Float] { try NPY(bytes, path: "x.npy").values }

  @Test func everyKindOfNumber() throws {
    #expect(try Self.values(npy("<f4", [2], littleEndian([1.5, -2] as [Float]))) == [1.5, -2])
    #expect(try Self.values(npy("<f8", [2], littleEndian([1.5, -2] as [Double]))) == [1.5, -2])
    #expect(try Self.values(npy(">f4", [1], littleEndian([1.5] as [Float]).reversed())) == [1.5])
    #expect(try Self.values(npy(">f8", [1], littleEndian([-0.25] as [Double]).reversed())) == [-0.25])
    #expect(try Self.values(npy("|u1", [3], [0, 7, 255])) == [0, 7, 255])
    #expect(try Self.values(npy("|i1", [2], [0x80, 5])) == [-128, 5])
    #expect(try Self.values(npy("<i2", [2], littleEndian([-300, 300] as [Int16]))) == [-300, 300])
    #expect(try Self.values(npy(">i4", [1], littleEndian([-70_000] as [Int32]).reversed())) == [-70_000])
    #expect(try Self.values(npy("<i8", [2], littleEndian([.min, -1] as [Int64]))) == [-0x1p63, -1])
    #expect(try Self.values(npy("<u8", [1], littleEndian([.max] as [UInt64]))) == [0x1p64])
    #expect(try Self.values(npy("|b1", [3], [0, 1, 1])) == [0, 1, 1])
    // 1, -2, the smallest subnormal, infinity.
    let half = try Self.values(npy("<f2", [4], littleEndian([0x3C00, 0xC000, 0x0001, 0x7C00] as [UInt16])))
    #expect(half == [1, -2, 0x1p-24, .infinity])
  }

  @Test func fortranOrderIsTurned() throws {
    // a[i, j, k] = 100 i + 10 j + k with sizes 2, 3, 4, the first index changing fastest.
    func value(_ i: Int, _ j: Int, _ k: Int) -> UInt8 { UInt8(100 * i + 10 * j + k) }
    var data: [UInt8] = []
    for k in 0..<4 { for j in 0..<3 { for i in 0..<2 { data.append(value(i, j, k)) } } }
    var expected: [Float] = []
    for i in 0..<2 { for j in 0..<3 { for k in 0..<4 { expected.append(Float(value(i, j, k))) } } }
    let array = try NPY(npy("|u1", [2, 3, 4], fortran: true, data), path: "x")
    #expect(array.shape == [2, 3, 4])
    #expect(array.values == expected)
    #expect(array.values(5..<9) == Array(expected[5..<9]))
  }

  @Test func headersAsOthersWriteThem() throws {
    let one: [UInt8] = [9]
    let headers = [
      "{'shape': (1,), 'descr': '|u1', 'fortran_order': False}",
      "{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(1,)}",
      "{ 'descr' : '|u1' , 'fortran_order' : True , 'shape' : ( ) , }",
    ]
    for header in headers {
      for version in [1, 2, 3] as [UInt8] {
        #expect(try Self.values(npy(header: header, version: version, one)) == [9])
      }
    }
    #expect(try NPY(npy("<f4", [0, 5], []), path: "x").count == 0)
  }

  @Test(arguments: [
    "", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", "[1]",
    "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '|f4', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1), }",
  ])
  func badHeadersAreRefused(header: String) {
    #expect(throws: DataError.self) { try NPY(npy(header: header, [0, 0, 0, 0]), path: "x.npy") }
  }

  @Test func tooShortAndTooLongAreRefused() throws {
    let good = npy("<f4", [2, 3], [UInt8](repeating: 0, count: 24))
    for length in 0..<good.count {
      #expect(throws: DataError.self) { try NPY(Array(good[..<length]), path: "x.npy") }
    }
    #expect(throws: DataError.self) { try NPY(good + [0], path: "x.npy") }
  }

  /// Whatever the bytes are: an array whose sizes fit, or an error of one line.
  @Test func damagedFilesNeverTrap() {
    var numbers = Numbers(state: 1)
    let good = npy("<f4", [2, 3], fortran: true, [UInt8](repeating: 7, count: 24))
    for _ in 0..<4000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
      }
      do {
        let array = try NPY(bytes, path: "x.npy")
        #expect(array.shape.reduce(1, *) == array.values.count)
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
  }
}
