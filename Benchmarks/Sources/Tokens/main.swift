import Foundation
import Zonotope

// Layers on tokens: what they learn from digits and from each other, beside training by gradients, and what a step costs.

let usage = """
  usage: zonotope-tokens TABLE ... [--ratio R] [--heads NAME] [--data CSV] [--seeds N] ...
    steps      singular values of blocks beside LAPACK, and a step of linear attention
    digits     every head on digits: accuracy, gap, rank and seconds
    adam       the same heads trained by Adam, and by how much their objective is above the optimum
    teachers   students of every kind for teachers of every kind
    factored   attention whose matrix is too large to store
    --ratio R     beta / betaMax on digits; 0.01
    --heads NAME  only the heads whose name begins so
    --data CSV    64 columns of pixels of 0 to 16 and a column of digits; the first 1,437 rows are trained on
    --epochs N    of Adam; 200
    --choices yes prints what every step size and start of Adam came to
    --seeds N     of Adam and of teachers; 5

  """

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data(message.utf8))
  exit(2)
}

/// Seconds that this process has computed for, on all its threads: what others do on the machine hardly shows.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

var options = DigitsOptions()
var tables: [String] = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  guard argument.hasPrefix("--") else {
    tables.append(argument)
    continue
  }
  guard let value = arguments.popFirst() else { fail(usage) }
  switch argument {
  case "--ratio": options.ratio = Double(value) ?? 0.01
  case "--heads": options.prefix = value
  case "--data": options.path = value
  case "--epochs": options.epochs = Int(value) ?? 200
  case "--choices": options.isVerbose = value == "yes"
  case "--seeds": options.seeds = Int(value) ?? 5
  default: fail(usage)
  }
}
guard !tables.isEmpty else { fail(usage) }
for table in tables {
  switch table {
  case "steps": try Steps.table()
  case "digits": try DigitsTable(options).convex()
  case "adam": try DigitsTable(options).adam()
  case "teachers": try TeacherGrid(seeds: options.seeds).table()
  case "factored": try FactoredTable.table()
  default: fail(usage)
  }
}
