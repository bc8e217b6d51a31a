/// Everything in C++. Include single headers instead where compile time matters.
#pragma once

#include <kam/base/batch_report.hpp>
#include <kam/base/beta_survival.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/date.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/hypergeometric.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/panel_quadrature.hpp>
#include <kam/base/random.hpp>
#include <kam/base/renewals.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/base/trend.hpp>
#include <kam/base/tricomi.hpp>
#include <kam/churn/bdw.hpp>
#include <kam/churn/bgbb.hpp>
#include <kam/churn/bgcnbd.hpp>
#include <kam/churn/bgnbd.hpp>
#include <kam/churn/bgnbd_covariates.hpp>
