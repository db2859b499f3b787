import Glibc

/// Writing to a descriptor.
public enum OpenFile {
  /// Writes all bytes; returns 0 or the error number. A reader that went away is `EPIPE` and a file beyond what this
  /// process may write `EFBIG`, never a signal.
  public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    withoutSignals {
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(
          descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return errno }
        written += count
      }
      return 0
    }
  }

  /// The two signals of a failed write would end a program that has not asked for them otherwise. They are meant for
  /// this thread alone.
  private static func withoutSignals(_ body: () -> Int32) -> Int32 {
    var (signals, before, pending) = (sigset_t(), sigset_t(), sigset_t())
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    sigpending(&pending)
    let code = body()
    for (error, signal) in [(EPIPE, SIGPIPE), (EFBIG, SIGXFSZ)]
    where code == error && sigismember(&pending, signal) == 0 {
      var (one, now) = (sigset_t(), timespec())
      sigemptyset(&one)
      sigaddset(&one, signal)
      sigtimedwait(&one, nil, &now)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    return code
  }
}
