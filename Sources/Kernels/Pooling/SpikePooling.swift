import CSIMD
import KernelTypes

extension VectorKernels {
  /// Words of a window's joined rows and, behind them, silence for the columns to look into.
  private static func joinedWords(_ pool: PoolWindow) -> Int {
    (pool.width * pool.channels + 63) / 64 + (pool.size * pool.channels + 63) / 64 + 1
  }

  /// Bytes that `maxPoolForward` works in.
  public static func maxPoolForwardMemory(_ pool: PoolWindow) -> Int {
    2 * joinedWords(pool) * MemoryLayout<UInt64>.stride
  }

  /// The largest of the spikes of each window: 1 where any spikes. Rows of a window are joined by words, then its
  /// columns.
  ///   spikes   [rows, pool.words]; a word beyond the last is read
  ///   output   [rows, pool.outputWords]
  ///   memory   maxPoolForwardMemory(_:) bytes
  public static func maxPoolForward(
    _ pool: PoolWindow, rows: Int, spikes: UnsafePointer<UInt64>, output: UnsafeMutablePointer<UInt64>,
    memory: UnsafeMutableRawPointer
  ) {
    let width = pool.width * pool.channels
    let words = (width + 63) / 64
    let size = joinedWords(pool)
    let joined = memory.bindMemory(to: UInt64.self, capacity: 2 * size)
    joined.update(repeating: 0, count: 2 * size)
    let windows = joined + size
    for row in 0..<rows {
      let plane = spikes + row * pool.words
      let result = output + row * pool.outputWords
      result.update(repeating: 0, count: pool.outputWords)
      for y in 0..<pool.outputHeight {
        for word in 0..<words {
          let first = y * pool.stride * width + word * 64
          let count = min(64, width - word * 64)
          joined[word] = any(of: pool.size, plane, at: first, apart: width, count: count)
        }
        // Where a window begins, its columns meet.
        for word in 0..<words {
          windows[word] = any(of: pool.size, joined, at: word * 64, apart: pool.channels, count: 64)
        }
        for x in 0..<pool.outputWidth {
          let target = (y * pool.outputWidth + x) * pool.channels
          var first = 0
          while first < pool.channels {
            let count = min(32, pool.channels - first)
            let found = bits(windows, at: x * pool.stride * pool.channels + first, count: count)
            let bit = target + first
            result[bit / 64] |= found << UInt64(bit % 64)
            if bit % 64 + count > 64 { result[bit / 64 + 1] |= found >> UInt64(64 - bit % 64) }
            first += 32
          }
        }
      }
    }
  }

  /// The bits that any of some stretches of a row has, the first at `offset`, the others `distance` further on each.
  @inline(__always)
  private static func any(
    of stretches: Int, _ row: UnsafePointer<UInt64>, at offset: Int, apart distance: Int, count: Int
  ) -> UInt64 {
    var any: UInt64 = 0
    for stretch in 0..<stretches { any |= wideBits(row, at: offset + stretch * distance, count: count) }
    return any
  }
}
