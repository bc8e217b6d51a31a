// One account in a CRM: will it order again, and what is it worth? Compile: see README.md.
#include <cstdio>
#include <kam/kam.hpp>

int main() {
  // A model fitted last night: three order summaries stand in for the portfolio here.
  const std::vector<double> frequency{2, 0, 7}, recency{30.4, 0, 29.4}, age{38.9, 38.9, 38.9};
  const auto fit = kam::mbgnbd::fit({frequency, recency, age});
  if (!fit) return std::printf("%s\n", fit.error().message().c_str()), 1;
  std::printf("fit of 3 accounts: %s\n", fit->warning.c_str());  // kam says when data are thin

  // Parameters from a larger portfolio; one account that just called.
  const kam::mbgnbd::Parameters model{.r = .5248, .alpha = 6.183, .a = .8914, .b = 1.614};
  const double orders = 2, last_order_at = 30.4, customer_for = 38.9;  // weeks
  std::printf("alive: %.3f\n", probability_alive(model, orders, last_order_at, customer_for));
  std::printf("silent for a year: %.3f\n",
              probability_no_order(model, 52, orders, last_order_at, customer_for));
  std::printf("orders in a year: %.3f\n",
              expected_orders(model, 52, orders, last_order_at, customer_for));
}
