/// Features of people and contacts.
#pragma once

#include <kam/portfolio/features.hpp>

namespace kam::portfolio {

/// report_on_time, contacts_12m, days_since_contact, their_people, dependency_person,
/// contact_pairs, departments, levels, executive_pair, joint_team.
void add_contacts(const Portfolio& portfolio, const PortfolioFacts& facts, FeatureTable& table);

/// support, support_lo, support_hi, people_known, champion_left.
void add_people(const StakeholderColumns& stakeholders, const PortfolioFacts& facts,
                FeatureTable& table);

}  // namespace kam::portfolio
