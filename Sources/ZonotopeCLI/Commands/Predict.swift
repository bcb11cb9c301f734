import ArgumentParser
import Zonotope

struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Applies a trained model to the rows of a file.",
    discussion: """
      The columns of a CSV file are found by name, and others are passed over. Of sparse rows the targets are passed \
      over. The result is a table with the \
      column output, or one for each class of several, after the column class for a classifier.
      """)

  @Argument(help: "The model file.") var model: String
  @Option(help: "A CSV file with a header, a .npy file, or sparse rows: .svm, .libsvm or .svmlight.")
  var data: String
  @Option(help: "Write to this .csv or .npy file in place of standard output.") var output: String?
  @OptionGroup var path: PathChoiceOptions
  @OptionGroup var limits: Limits

  func run() throws {
    try check(.predictions("--output", output), reading: model, data)
    let budget = try limits.fileBudget()
    let predictions = try Predictions(
      of: TrainedModel(path: model, memory: budget, choosing: path.choice), onFile: data, memory: budget)
    if let output {
      try writing { () throws(ZonotopeError) in try predictions.write(to: output) }
    } else {
      try print(bytes: predictions.csv())
    }
  }
}
