// The whole portfolio in C++: tables in, scored accounts out, the model kept for tomorrow.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <kam/kam.hpp>

int main(int argc, char** argv) {
  std::ifstream in(argc > 1 ? argv[1] : KAM_EXAMPLES "/cdnow/CDNOW_master.txt");
  std::string id, date;
  double items = 0, dollars = 0;
  std::getline(in, id);  // header
  kam::portfolio::AccountIndex index;
  std::vector<kam::portfolio::Code> account;
  std::vector<kam::Day> day;
  std::vector<double> amount;
  while (in >> id >> date >> items >> dollars) {
    account.push_back(index.insert(id));
    day.push_back(kam::parse_date(date, "%Y%m%d"));
    amount.push_back(dollars);
  }
  kam::portfolio::Portfolio tables;
  tables.accounts.rows = index.size();
  tables.transactions = {.account = account, .date = day, .amount = amount};

  const auto profile = kam::scoring::default_profile();
  const auto result =
      kam::scoring::score_portfolio(tables, *profile, {.as_of = kam::to_day({1998, 6, 30})});
  if (!result) return std::printf("%s\n", result.error().message().c_str()), 1;
  std::printf("%zu accounts, %zu rows used\n", result->table.accounts, result->report.rows_used);
  std::printf("top 20 %% hold %.4f of revenue\n", result->portfolio.concentration->top_share(.2));
  std::printf("account %s: value %.1f, churn %.3f (%.3f to %.3f), worth %.2f\n",
              std::string(index.id(2)).c_str(), result->table.value.value_index[2],
              result->table.churn.p_churn[2], result->table.churn.p_churn_lo[2],
              result->table.churn.p_churn_hi[2], result->table.worth.eav[2]);

  const std::string json = kam::scoring::to_json(result->model);  // keep it: tomorrow's ruler
  const auto model = kam::scoring::parse_model(json);
  return model ? 0 : 1;
}
