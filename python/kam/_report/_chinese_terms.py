"""Chinese for what the core says in English: units, columns, reasons, findings, default bands.

A word that is not here appears as the core gives it.
"""

_COLUMNS = {
    "value_index": "各维度加权，对照固定的参照",
    "value_band": "按配置界限划分的价值指数档",
    "coverage": "评分卡权重中被观察到的份额",
    "net_revenue": "所读全部历史的净收入",
    "net_revenue_12m": "截至截止日一年的净收入",
    "revenue_share": "占组合收入的份额（配置所选口径）",
    "rank_revenue": "1 = 收入最大",
    "p_churn": "在流失期限内没有订单的概率",
    "churn_band": "按配置界限划分的流失概率档",
    "p_alive": "截止日仍是客户的概率",
    "eav": "价值年限内的预期客户价值，已折现",
    "expected_loss": "流失概率（流失期限内）乘以假定客户留下时的价值（价值年限内）",
    "expected_loss_open": "预期损失中尚未发生的部分：P(现在仍为客户，而后沉默) 乘以同一价值",
    "order_count": "历来的订单次数",
    "days_since_last": "距上次订单的天数",
    "interval_level": "所有区间的水平",
    "reasons_up": "使价值指数高于中位客户的原因",
    "status": "正常、数据不足（见备注）或无效",
}
_UNITS = {
    "money": "金额",
    "points 0-100": "0–100 分",
    "points": "分",
    "share 0-1": "份额 0–1",
    "rank": "名次",
    "probability 0-1": "概率 0–1",
    "orders": "次",
    "days": "天",
    "day": "日",
    "week": "周",
    "month": "月",
}
_REASONS = {
    "needs cogs": "需要销货成本（cogs）",
    "needs costs of activities": "需要活动成本",
    "without cost to serve, which needs costs of activities": "不含服务成本（需要活动成本）",
    "needs accounts older than a calendar month": "需要历史超过一个月的客户",
    "needs two accounts that ordered again, one twice": "需要两个再次订购的客户，其中一个两次",
    "not computed by this version": "本版本未计算",
    "no earlier run given, a new account, or no value_index in one of the two": "没有给出上次"
    "结果、新客户，或两次之一没有价值指数",
    "too little of it observed": "观察过少",
    "no value_index": "没有价值指数",
    "too few repeat orders in the portfolio, or no order of this account": "组合的重复订单太少，"
    "或该客户没有订单",
    "no cogs in the transactions": "交易中没有销货成本（cogs）",
    "no activity costs": "没有活动成本",
    "accounts table without wallet": "客户表没有 wallet 列",
    "accounts table without wallet, or supplier_rank and suppliers": "客户表没有 wallet 列，"
    "也没有 supplier_rank 和 suppliers",
    "contacts that could still make it another": "还有可能改变类型的接触未知",
    "data that could still make it one of the classes": "还有可能使其归入某类的数据未知",
    "negative revenue, or one account scored alone": "收入为负，或只对一个客户评分",
    "no contact with our_person": "没有注明我方人员的接触",
    "no dimension has enough of its indicators": "没有任何维度有足够的指标",
    "no order yet": "尚无订单",
    "no p_churn": "没有流失概率",
    "no stakeholders with a known stance": "没有态度已知的人员",
    "no tier": "没有等级",
    "no usable row": "没有可用行",
    "no value_index or no tiers": "没有价值指数或没有等级",
    "too short a history": "历史太短",
    "no accounts table or no name": "没有客户表或没有名称",
}
_FINDINGS = {
    "unreadable_date": "日期缺失或无法读取。",
    "placeholder_date": "日期为 1900-01-01 或更早：系统中表示无日期的占位符。",
    "distant_past_date": "日期早于截止日五十年以上；若录入有误，客户年限与沉默期也不对；仍使用。",
    "distant_future_date": "日期比截止日晚一年以上，视为录入错误。",
    "before_since": "日期早于成为客户之日，两者必有一误。",
    "missing_amount": "金额缺失，不当作 0。",
    "amount_out_of_range": "金额为无穷大或超出任何可能的数额。",
    "other_currency": "金额不是基准币种，且没有汇率。",
    "no_exchange_rate": "该币种在邻近日期没有汇率。",
    "future_dated": "日期晚于截止日：不使用，以免结果知道未来。",
    "exact_duplicate": "同一客户、日期、金额和单号已出现过，只计一次。",
    "possible_duplicate": "相同的行已出现过，但没有单号，两笔相同订单可能都是真的；保留。",
    "unstated_currency": "未注明币种，视为基准币种。",
    "negative_amount": "退货、贷记或返利：与同期订单相抵，不算订单。",
    "zero_amount": "金额为 0：免费订单，除非同期有退货。",
    "positive_credit": "贷记、退货或返利的金额为正，增加了收入；符号是否正确？",
    "negative_period": "该客户某一期退货多于订单；计入收入但不算订单。",
    "account_without_orders": "该客户没有可用交易：其行为未知，并不等于健康。",
    "one_purchase_account": "该客户只订过一次，其节奏完全来自组合。",
    "giant_account": "一个客户（含子公司）占正收入的四分之一以上；金额宜排名而非按比例缩放。",
    "large_account": "该客户（含子公司）占正收入的 10% 以上，会计准则要求披露。",
    "non_positive_total": "净收入总额不为正：占比和集中度无定义。",
    "parent_and_subsidiary": "该客户与其母公司都有交易；组合合计只在顶层计一次。",
    "amount_not_a_number": "不是纯数字的文本；不猜测千分位、货币符号和区间。",
    "activity_missing_cost": "活动没有不小于 0 的成本，该客户的服务成本因此未知。",
    "activity_unreadable_date": "活动的日期缺失或无法读取。",
    "invoice_without_due_date": "发票没有到期日。",
    "opportunity_unknown_stage": "商机所处阶段没有已知概率，不计入。阶段及其概率属于配置。",
    "rating_out_of_scale": "评分超出其量表。",
    "rating_unreadable_date": "评分的日期缺失或无法读取。",
    "stakeholder_bad_stance": "人员的态度无法识别。",
    "stakeholder_bad_weight": "人员的权重不是正数。",
    "table_not_used": "本版本尚不使用这些表。",
    "missing_account_id": "没有客户的行无处可计。",
}

# Cells of the matrices of the profile that comes with kam; a profile of your own names its cells in
# one language.
_CELLS = {
    "key, difficult": "重点，难管理",
    "key, easy": "重点，易管理",
    "non-key, difficult": "非重点，难管理",
    "non-key, easy": "非重点，易管理",
    **{
        f"{growth}, {bond}": f"吸引力{of_growth}，关系{of_bond}"
        for growth, of_growth in (("low", "低"), ("middling", "中"), ("high", "高"))
        for bond, of_bond in (("weak", "弱"), ("middling", "中"), ("strong", "强"))
    },
    "win the people": "争取人",
    "protect": "保护",
    "serve simply": "简单服务",
    "develop": "发展",
}

TERMS: dict[str, str] = (
    {f"def:{name}": words for name, words in _COLUMNS.items()}
    | {f"unit:{name}": words for name, words in _UNITS.items()}
    | {f"core:{text}": words for text, words in _REASONS.items()}
    | {f"finding:{code}": words for code, words in _FINDINGS.items()}
    | {f"cell:{name}": words for name, words in _CELLS.items()}
    | {"band:high": "高", "band:medium": "中", "band:low": "低"}
)
