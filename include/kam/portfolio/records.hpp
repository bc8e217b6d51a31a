/// The nouns of a portfolio as borrowed columns. Edges (files, data frames, a CRM) turn text into
/// codes and days; the core sees numbers only. An empty optional column means "not known".
///
/// Accounts are dense codes 0 … accounts-1 (portfolio/account_index.hpp makes them). Other texts
/// are codes too; 0 means "none" for those that say so. Money is in one currency unless a currency
/// column says otherwise. NaN is a missing number, kNoDay a missing or unreadable date.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include <kam/base/date.hpp>
#include <kam/base/status.hpp>

namespace kam::portfolio {

using Code = std::uint32_t;

/// No account: the parent of a root, an id that is not in the index.
inline constexpr Code kNoAccount = std::numeric_limits<Code>::max();

/// A small code (activity type, level) that is not known.
inline constexpr std::uint8_t kUnknownCode = 255;

/// Amounts beyond this are no money. Keeps every sum of amounts finite.
inline constexpr double kMaxAmount = 1e100;

enum class TransactionKind : std::uint8_t {
  invoice = 0,
  credit_note,  ///< price correction; no goods move
  return_,      ///< goods come back
  rebate,       ///< retrospective discount
  barter,       ///< goods for goods, set-off
  lease,
  prepayment,  ///< paid ahead of the service
};
inline constexpr std::uint8_t kTransactionKinds = 7;

/// One row per order, invoice line, credit note or payment.
struct TransactionColumns {
  std::span<const Code> account;         ///< < accounts
  std::span<const Day> date;             ///< civil date of the business; kNoDay = unreadable
  std::span<const double> amount;        ///< [money], signed: credit notes and returns are negative
  std::span<const std::uint8_t> kind{};  ///< a TransactionKind; empty means invoice
  std::span<const double> quantity{};    ///< [units], signed
  std::span<const Code> category{};      ///< product category; 0 = none
  std::span<const double> cogs{};        ///< cost of goods sold [money], signed like the amount
  std::span<const Code> currency{};      ///< of amount and cogs; 0 = not stated
  std::span<const Code> ref{};           ///< document number; 0 = none
  std::span<const Day> paid_date{};
  std::span<const Day> due_date{};
  std::span<const std::string> category_names{};  ///< of code c: [c - 1]; what is alike across runs

  [[nodiscard]] std::size_t rows() const noexcept { return account.size(); }
};

/// One row per account: row i describes code i.
struct AccountColumns {
  std::size_t rows = 0;             ///< number of accounts, whatever columns are given
  std::span<const Code> parent{};   ///< the account this one belongs to; kNoAccount = a root
  std::span<const Day> since{};     ///< customer since; kNoDay = unknown
  std::span<const Code> sector{};   ///< 0 = none
  std::span<const Code> country{};  ///< 0 = none
  std::span<const std::uint8_t> supplier_too{};    ///< 0/1: we buy from them as well
  std::span<const std::uint8_t> group_purchase{};  ///< 0/1: buys for a group
  std::span<const double> annual_revenue{};        ///< theirs [money/year], >= 0
  std::span<const double> wallet{};         ///< what it buys of our category [money/year], > 0
  std::span<const double> supplier_rank{};  ///< ours in its preference, 1 = preferred; ties: mean
  std::span<const double> suppliers{};      ///< how many it uses in our category, >= 1
  std::span<const std::string> sector_names{};  ///< of code c: [c - 1]; what is alike across runs
};

enum class ActivityType : std::uint8_t {
  visit = 0,
  call,
  meeting,
  ticket,
  complaint,
  report_due,
  report_received,
  survey,
};
inline constexpr std::uint8_t kActivityTypes = 8;

/// One row per contact or service event.
struct ActivityColumns {
  std::span<const Code> account;
  std::span<const Day> date;
  std::span<const std::uint8_t> type{};  ///< an ActivityType, or kUnknownCode
  std::span<const Code> our_person{};    ///< 0 = none
  std::span<const Code> their_person{};  ///< 0 = none; a `person` of the stakeholders
  std::span<const double> minutes{};     ///< >= 0
  std::span<const double> cost{};        ///< cost to serve [money], >= 0
  std::span<const double> sentiment{};   ///< -1 … 1
};

struct ContractColumns {
  std::span<const Code> account;
  std::span<const Day> start;
  std::span<const Day> end{};                  ///< last day; kNoDay = open
  std::span<const double> value_per_year{};    ///< [money/year]
  std::span<const double> notice_days{};       ///< >= 0
  std::span<const std::uint8_t> auto_renew{};  ///< 0/1
  std::span<const double> termination_fee{};   ///< [money], >= 0
  std::span<const double> loyalty_discount{};  ///< fraction of the price, 0 … 1
};

/// A judgement of one item on its own scale (satisfaction, checklists, 1-2-4 marks).
struct RatingColumns {
  std::span<const Code> account;
  std::span<const Code> item;           ///< index into item_names
  std::span<const double> value;        ///< scale_min … scale_max
  std::span<const double> scale_min{};  ///< empty means 0
  std::span<const double> scale_max{};  ///< empty means 100; > scale_min
  std::span<const Day> date{};          ///< empty means always known
  std::span<const Code> rater{};        ///< 0 = none
  std::span<const std::string> item_names{};
};

enum class DealOutcome : std::uint8_t { open = 0, won, lost };
inline constexpr std::uint8_t kDealOutcomes = 3;

struct OpportunityColumns {
  std::span<const Code> account;
  std::span<const double> value;  ///< [money], >= 0
  std::span<const Code> stage;    ///< index into stage_names
  std::span<const Day> stage_entered{};
  std::span<const Day> created{};
  std::span<const Day> expected_close{};
  std::span<const std::uint8_t> outcome{};  ///< a DealOutcome; empty means open
  std::span<const std::string> stage_names{};
};

enum class StakeholderLevel : std::uint8_t { operational = 0, middle, executive };
inline constexpr std::uint8_t kStakeholderLevels = 3;

/// Roles are a set: the bits of one byte.
enum StakeholderRole : std::uint8_t {
  kEconomicBuyer = 1,
  kTechnicalBuyer = 2,
  kUserBuyer = 4,
  kGatekeeper = 8,
  kCoach = 16,
};
inline constexpr std::uint8_t kStakeholderRoleSets = 32;

struct StakeholderColumns {
  std::span<const Code> account;
  std::span<const Code> person;           ///< pseudonym; codes as in `their_person`
  std::span<const Code> department{};     ///< 0 = none
  std::span<const std::uint8_t> level{};  ///< a StakeholderLevel, or kUnknownCode
  std::span<const std::uint8_t> roles{};  ///< StakeholderRole bits
  std::span<const double> weight{};       ///< say in the decision, >= 0
  std::span<const double> stance{};       ///< against -1 … 1 for us; NaN = not known
  std::span<const std::uint8_t> veto{};   ///< 0/1
  std::span<const Day> rated_on{};        ///< kNoDay = always known
  std::span<const Day> left_on{};         ///< first day without them; kNoDay = still there
};

/// Their balance sheet and our exposure; [money] unless said otherwise.
struct FinancialColumns {
  std::span<const Code> account;
  std::span<const Day> date;
  std::span<const double> working_capital{};
  std::span<const double> total_assets{};  ///< > 0
  std::span<const double> retained_earnings{};
  std::span<const double> ebit{};
  std::span<const double> equity{};
  std::span<const double> liabilities{};             ///< > 0
  std::span<const double> credit_limit{};            ///< >= 0
  std::span<const double> exposure{};                ///< >= 0
  std::span<const double> probability_of_default{};  ///< external, 0 … 1 per year
};

enum class SwitchingCostKind : std::uint8_t { procedural = 0, financial, relational };
enum class BorneBy : std::uint8_t { them = 0, rival_pays };

struct SwitchingCostColumns {
  std::span<const Code> account;
  std::span<const Code> component;           ///< index into component_names
  std::span<const double> amount;            ///< [money], >= 0
  std::span<const std::uint8_t> kind{};      ///< a SwitchingCostKind
  std::span<const std::uint8_t> borne_by{};  ///< a BorneBy
  std::span<const std::string> component_names{};
};

/// What lies on the shelves of a distributor; [units].
struct ChannelStockColumns {
  std::span<const Code> account;
  std::span<const Day> period;      ///< first day of the period
  std::span<const double> opening;  ///< >= 0
  std::span<const double> sell_in;
  std::span<const double> sell_out;
};

/// Everything known of a set of accounts; any table but `accounts` may be empty.
struct Portfolio {
  AccountColumns accounts{};  ///< accounts.rows is the number of accounts
  TransactionColumns transactions{};
  ActivityColumns activities{};
  ContractColumns contracts{};
  RatingColumns ratings{};
  OpportunityColumns opportunities{};
  StakeholderColumns stakeholders{};
  FinancialColumns financials{};
  SwitchingCostColumns switching_costs{};
  ChannelStockColumns channel_stock{};
};

/// ok, or the first thing that makes the call wrong: columns of different length, an account code
/// that is not < accounts, a kind or item that does not exist. Bad *rows* are check()'s business.
[[nodiscard]] Status check_columns(const TransactionColumns& columns, std::size_t accounts);
[[nodiscard]] Status check_columns(const AccountColumns& columns);
[[nodiscard]] Status check_columns(const ActivityColumns& columns, std::size_t accounts);
[[nodiscard]] Status check_columns(const ContractColumns& columns, std::size_t accounts);
[[nodiscard]] Status check_columns(const RatingColumns& columns, std::size_t accounts);
[[nodiscard]] Status check_columns(const OpportunityColumns& columns, std::size_t accounts);
[[nodiscard]] Status check_columns(const StakeholderColumns& columns, std::size_t accounts);
[[nodiscard]] Status check_columns(const FinancialColumns& columns, std::size_t accounts);

}  // namespace kam::portfolio
