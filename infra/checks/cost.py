"""What a month costs, beside a naive design: the table of infra/README.md.

usage: cost.py

Units are those that docs/performance.md measured; prices are list prices in US dollars, us-east-1, as
read from AWS's pages in 2026 or, where marked, from memory. Free tiers are left out.
"""

from dataclasses import dataclass

HOURS = 730
# Prices, each for the unit that its name ends in.
WRITE_UNIT = 0.625e-6  # from memory
READ_UNIT = 0.125e-6  # from memory; a consistent read of 4 KB
TABLE_GB = 0.25 + 0.20  # from memory; storage and point-in-time recovery
LAMBDA_GB_SECOND = 0.0000133334  # from memory; arm64
LAMBDA_REQUEST = 0.20e-6  # from memory
BUS_EVENT = 1.00e-6  # from memory
QUEUE_REQUEST = 0.40e-6  # from memory
LOG_GB = 0.50
METRIC = 0.30
METRIC_BEYOND_10000 = 0.10  # from memory
ALARM = 0.10
DASHBOARD = 3.00
SECRET = 0.40
KEY = 1.00  # from memory

# What there is, whatever the size.
SECRETS = 4
# A name counts once with the stage and once for each function that emits it: what the table cost, of
# eleven functions; calls of three kinds of vendor, and what was given back, of the four with a queue. With
# Kaseya BMS calls are nine more, of psa-changes.
METRICS = 3 * 12 + 9 * 5 + 2 * 5 + 1 * 7 + 1 * 5 + 33 * 2
ALARMED_METRICS = 54  # of 23 alarms; an alarm costs by the metrics that it looks at
DASHBOARDS = 2
TICKS = HOURS * 12
POLLS = 4 * 5 * HOURS * 180  # 4 queues, 5 pollers each, every 20 s

# What a look costs. Measured: reads and writes of an import. Assumed: seconds and bytes.
IMPORT_READS = 5
MATCHING_PROCESSES = 4  # two functions, two at a time
FOLLOWING_READS = 8 + 3  # matching and push, docs-matching; without lists, counted from the code
EVENTS_PER_LOOK = 3  # import asked for, ended; matching ended
MESSAGES_PER_LOOK = 4  # one each; that the import ended is for matching and docs-matching
REQUESTS_PER_MESSAGE = 3  # in, out, deleted
GB = 0.5
LOOK_GB_SECONDS = (1.0 + 2.0 + 2.0) * GB + 0.2 * 0.25  # import, matching, docs-matching; push
LOG_BYTES_PER_LOOK = 8_000
CHANGED_A_MONTH = 0.05  # of the accounts


@dataclass
class Size:
    accounts: int
    customers: int

    @property
    def looks(self) -> float:
        """Every customer every hour, the default where Microsoft 365 is the only source."""
        return self.customers * HOURS


def ours(size: Size) -> dict[str, float]:
    looks, accounts = size.looks, size.accounts
    # The list of all customers, a third of a kilobyte each: at ticks, and for both matchings, who ask
    # who shares a company or an organization; each of their processes keeps it for a minute.
    list_reads = size.customers * 0.3 / 4
    lists = min(2 * looks, MATCHING_PROCESSES * HOURS * 60)
    # Both matchings read all accounts of the customer, four to a unit.
    reads = looks * (IMPORT_READS + FOLLOWING_READS) + lists * list_reads + 2 * HOURS * accounts / 4
    reads += TICKS * (2 + list_reads)
    # A changed account is a unit; so is a customer's position, once a day.
    writes = accounts * CHANGED_A_MONTH + size.customers * 30 + TICKS
    requests = looks * MESSAGES_PER_LOOK * REQUESTS_PER_MESSAGE + POLLS
    return {
        "table: reads": reads * READ_UNIT,
        "table: writes": writes * WRITE_UNIT,
        "table: storage, with point-in-time recovery": accounts * 1.2e-6 * TABLE_GB,
        "functions": looks
        * (LOOK_GB_SECONDS * LAMBDA_GB_SECOND + MESSAGES_PER_LOOK * LAMBDA_REQUEST),
        "bus and queues": looks * EVENTS_PER_LOOK * BUS_EVENT + requests * QUEUE_REQUEST,
        "logs": looks * LOG_BYTES_PER_LOOK / 1e9 * LOG_GB,
        "metrics, alarms, dashboards": METRICS * METRIC + ALARMED_METRICS * ALARM + DASHBOARDS * DASHBOARD,
        "secrets and the alarms' key": SECRETS * SECRET + KEY,
    }


def naive(size: Size) -> dict[str, float]:
    metrics = size.customers * 6
    beyond = max(0, metrics - 10_000)
    return {
        "a secret per customer": size.customers * SECRET,
        "six metrics with the customer as a dimension": (metrics - beyond) * METRIC
        + beyond * METRIC_BEYOND_10000,
        "every account written at every look": HOURS * size.accounts * WRITE_UNIT,
    }


def main() -> None:
    sizes = [Size(10_000, 100), Size(1_000_000, 5_000)]
    head = [f"{size.accounts:,} accounts, {size.customers:,} customers" for size in sizes]
    print("| US dollars a month | " + " | ".join(head) + " |\n|---|---|---|")
    for design in (ours, naive):
        columns = [design(size) for size in sizes]
        for line in columns[0]:
            print(f"| {line} | " + " | ".join(f"{column[line]:,.2f}" for column in columns) + " |")
        total = " | ".join(f"**{sum(column.values()):,.0f}**" for column in columns)
        print(f"| **{'in all' if design is ours else 'the naive design, on top of the rest'}** | {total} |")
    first = " | ".join(f"{size.accounts * WRITE_UNIT:,.3f}" for size in sizes)
    print(f"| once: the first import, a write unit an account | {first} |")


if __name__ == "__main__":
    main()
