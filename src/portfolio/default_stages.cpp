#include <kam/portfolio/feature_options.hpp>

namespace kam::portfolio {

std::vector<StageProbability> default_stages() {
  constexpr const char* kSeed = "stage chain of key account selling; progress taken as probability";
  constexpr const char* kSuite = "SuiteCRM, default of the sales stage";
  return {{"first registration", .05, kSeed},
          {"solution set", .10, kSeed},
          {"deep contact", .30, kSeed},
          {"product settled", .40, kSeed},
          {"commercial negotiation", .70, kSeed},
          {"signed", .75, kSeed},
          {"executed", 1.00, kSeed},
          {"prospecting", .10, kSuite},
          {"qualification", .20, kSuite},
          {"needs analysis", .25, kSuite},
          {"value proposition", .30, kSuite},
          {"decision makers identified", .40, kSuite},
          {"perception analysis", .50, kSuite},
          {"proposal", .65, kSuite},
          {"negotiation", .80, kSuite},
          {"closed won", 1.00, kSuite}};
}

}  // namespace kam::portfolio
