import CMachine
import Glibc
import Synchronization

/// The helping threads of a process.
///
/// A round of work has a gate. It is open while tasks are handed out; helpers that come in are counted, and
/// the caller closes it when none is inside. A helper that wakes late finds it closed and costs nothing.
final class ThreadPool: @unchecked Sendable {
  private static let stored = Atomic<UInt>(0)

  /// The pool of this process. After a fork the child has none of its parent's threads: it makes its own, and
  /// what it inherited is left alone.
  static var current: ThreadPool {
    let pid = getpid()
    let known = stored.load(ordering: .acquiring)
    if let pool = pool(at: known), pool.pid == pid { return pool }
    let fresh = Unmanaged.passRetained(ThreadPool(pid: pid))
    let (exchanged, winner) = stored.compareExchange(
      expected: known, desired: UInt(bitPattern: fresh.toOpaque()), ordering: .acquiringAndReleasing)
    if exchanged { return fresh.takeUnretainedValue() }
    // Another thread was faster.
    let mine = fresh.takeRetainedValue()
    return pool(at: winner) ?? mine
  }

  private static func pool(at bits: UInt) -> ThreadPool? {
    UnsafeRawPointer(bitPattern: bits).map { Unmanaged<ThreadPool>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let closed = -1

  private let pid: pid_t
  private let isTaken = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var helperCount = 0

  /// Number of the current round; raised after its work is in place.
  private let round = Atomic<Int>(0)
  /// Helpers inside the gate, or `closed`.
  private let gate = Atomic<Int>(ThreadPool.closed)
  /// The next task to hand out.
  private let next = Atomic<Int>(0)

  // Written while the gate is closed, read inside it.
  private var tasks = 0
  private var helperLimit = 0
  private var body: UnsafePointer<(Int) -> Void>?

  private init(pid: pid_t) {
    self.pid = pid
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  func acquire() -> Bool {
    isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func release() { isTaken.store(false, ordering: .releasing) }

  func run(_ tasks: Int, helpers: Int, _ body: (Int) -> Void) {
    while helperCount < helpers, startHelper() { helperCount += 1 }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in runRound(tasks, helpers: helpers, body) }
    }
  }

  private func runRound(_ tasks: Int, helpers: Int, _ body: UnsafePointer<(Int) -> Void>) {
    self.tasks = tasks
    self.helperLimit = helpers
    self.body = body
    next.store(0, ordering: .relaxed)
    gate.store(0, ordering: .releasing)
    pthread_mutex_lock(mutex)
    round.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)

    work(tasks, body)

    var tries = 0
    while !gate.compareExchange(expected: 0, desired: Self.closed, ordering: .acquiringAndReleasing).exchanged
    {
      tries += 1
      if tries > 2_000 { sched_yield() }
    }
    self.body = nil
  }

  /// Not inlined: what it retains of the closure, it releases before it returns, while the gate is held.
  @inline(never)
  private func work(_ tasks: Int, _ body: UnsafePointer<(Int) -> Void>) {
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= tasks { return }
      body.pointee(task)
    }
  }

  private func startHelper() -> Bool {
    var thread = pthread_t()
    var everySignal = sigset_t()
    var before = sigset_t()
    sigfillset(&everySignal)
    // Signals belong to the threads of the host program.
    pthread_sigmask(SIG_SETMASK, &everySignal, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let pool = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ThreadPool>.fromOpaque(argument).takeUnretainedValue().help()
        return nil
      }, pool.toOpaque())
    guard failure == 0 else {
      pool.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// A helper's life.
  private func help() {
    var seen = 0
    while true {
      seen = waitForRound(after: seen)
      var inside = gate.load(ordering: .acquiring)
      while inside != ThreadPool.closed {
        let (entered, now) = gate.compareExchange(
          expected: inside, desired: inside + 1, ordering: .acquiringAndReleasing)
        if entered {
          if inside < helperLimit, let body { work(tasks, body) }
          gate.wrappingSubtract(1, ordering: .releasing)
          break
        }
        inside = now
      }
    }
  }

  private func waitForRound(after seen: Int) -> Int {
    // The phases of a training step follow each other within microseconds: look for the next one a while
    // before going to sleep.
    for _ in 0..<200 {
      let current = round.load(ordering: .acquiring)
      if current != seen { return current }
      sched_yield()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      let current = round.load(ordering: .acquiring)
      if current != seen { return current }
      pthread_cond_wait(wake, mutex)
    }
  }
}
