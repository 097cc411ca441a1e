"""Writes vectors.json: what python-dateutil, an independent implementation, makes of many rules.

The tests need the file alone. To write it anew:

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python make_vectors.py

A case is a rule, its start, its zone, dates out and in, where to look from, and the first occurrences from there:
wall time, and the instant in the zone. A wall time in a gap takes the offset from before it, so it moves forward by the
gap; of two, the first counts: both are what zoneinfo does with fold=0. `never` marks rules without any occurrence.
"""

import itertools
import json
import pathlib
import random
import re
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

SHOWN = 12
# The tables of chrono-tz end here; nobody knows the clocks of then.
RULES_END = 2100

NEW_YORK, PHOENIX = "America/New_York", "America/Phoenix"
SYDNEY, AUCKLAND = "Australia/Sydney", "Pacific/Auckland"


def local(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")


def wall_until(rule, zone):
    """dateutil wants UNTIL in the start's own terms: a date holds to the end of its day, UTC becomes wall time."""

    def replace(match):
        value = match[1]
        if value.endswith("Z"):
            utc = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
            value = utc.astimezone(ZoneInfo(zone)).strftime("%Y%m%dT%H%M%S")
        elif "T" not in value:
            value += "T235959"
        return "UNTIL=" + value

    return re.sub(r"UNTIL=([0-9TZ]+)", replace, rule)


def case(rule, start, zone=NEW_YORK, since=None, exdates=(), rdates=(), shown=SHOWN):
    ruled = rrulestr(wall_until(rule, zone), dtstart=local(start))
    if next(iter(ruled), None) is None:
        return {"rule": rule, "start": start, "zone": zone, "never": True}
    dates = rruleset()
    dates.rrule(ruled)
    for date in exdates:
        dates.exdate(local(date))
    for date in rdates:
        dates.rdate(local(date))
    first = local(since or start)
    found = itertools.islice((at for at in dates if since is None or at >= first), shown)
    instants = []
    for at in found:
        utc = at.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        instants.append([at.isoformat(), utc if at.year < RULES_END else None])
    whole = {"rule": rule, "start": start, "zone": zone, "since": since, "exdates": exdates, "rdates": rdates}
    return {name: value for name, value in whole.items() if value} | {"shown": shown, "occurrences": instants}


CHOSEN = [
    # Clocks forward (New York 2026-03-08 02:00, Sydney 2026-10-04 02:00, Auckland 2026-09-27 02:00) and back (New York
    # 2026-11-01 02:00, Sydney 2026-04-05 03:00, Auckland 2026-04-05 03:00); never in Phoenix.
    *[
        case("FREQ=DAILY", start, zone, shown=4)
        for zone, days in {
            NEW_YORK: ("2026-03-07", "2026-10-31"),
            SYDNEY: ("2026-10-03", "2026-04-04"),
            AUCKLAND: ("2026-09-26", "2026-04-04"),
            PHOENIX: ("2026-03-07", "2026-10-31"),
        }.items()
        for start in (f"{day}T{time}" for day in days for time in ("01:30:00", "02:00:00", "02:30:00", "03:00:00", "09:00:00"))
    ],
    case("FREQ=WEEKLY;BYDAY=MO", "2026-02-23T09:00:00", NEW_YORK),
    case("FREQ=WEEKLY;BYDAY=MO", "2026-09-21T09:00:00", SYDNEY),
    case("FREQ=WEEKLY;BYDAY=MO", "2026-09-14T09:00:00", AUCKLAND),
    case("FREQ=WEEKLY;BYDAY=MO", "2026-02-23T09:00:00", PHOENIX),
    case("FREQ=MONTHLY;BYDAY=2SU", "2026-01-01T02:30:00", NEW_YORK),
    case("FREQ=WEEKLY;BYDAY=SU", "2026-10-18T01:30:00", NEW_YORK),
    # Half an hour's change, and a day that a place skipped.
    case("FREQ=DAILY", "2026-10-03T02:15:00", "Australia/Lord_Howe", shown=3),
    case("FREQ=DAILY", "2011-12-28T09:00:00", "Pacific/Apia", shown=5),
    # Every so many days, over a year's end and a leap day.
    case("FREQ=DAILY;INTERVAL=10", "2027-12-25T08:00:00"),
    case("FREQ=DAILY;INTERVAL=99", "2026-01-01T08:00:00"),
    case("FREQ=DAILY;BYDAY=MO,WE,FR", "2026-06-02T08:00:00"),
    case("FREQ=DAILY;INTERVAL=2;BYDAY=SA,SU", "2026-06-02T08:00:00"),
    case("FREQ=DAILY;BYMONTH=1,12", "2026-12-28T08:00:00"),
    case("FREQ=DAILY;BYMONTHDAY=-1", "2027-12-01T08:00:00"),
    case("FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR", "2026-01-01T08:00:00"),
    case("FREQ=DAILY;BYDAY=MO,TU;BYSETPOS=1", "2026-06-02T08:00:00"),
    case("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "2026-06-02T08:00:00"),
    # Weeks.
    case("FREQ=WEEKLY", "2026-12-30T13:45:10"),
    case("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-12-16T09:00:00"),
    case("FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,SA", "2026-12-19T09:00:00"),
    case("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", "1997-08-05T09:00:00", shown=8),
    case("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "1997-08-05T09:00:00", shown=8),
    case("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=WE", "2026-11-24T09:00:00"),
    case("FREQ=WEEKLY;BYDAY=MO;BYMONTH=6,7", "2026-06-20T09:00:00"),
    case("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "2026-06-01T09:00:00"),
    case("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1,3;WKST=SU", "2026-12-27T09:00:00"),
    case("FREQ=WEEKLY;INTERVAL=53;BYDAY=WE", "2026-01-01T09:00:00"),
    # Months: short ones, from the end, counted weekdays, every few.
    case("FREQ=MONTHLY", "2026-01-31T09:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=30", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=29", "2027-12-01T09:00:00", shown=16),
    case("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-11-01T09:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=-31", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=-30,-29", "2027-12-01T09:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "2026-01-10T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=5MO", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=1MO,-1MO,3WE", "2026-01-20T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=-4SU", "2026-02-10T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=TU", "2026-01-20T09:00:00"),
    case("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1MO", "2023-10-30T14:00:00"),
    case("FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=31", "2026-01-31T09:00:00"),
    case("FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10", "1997-09-10T09:00:00"),
    case("FREQ=MONTHLY;INTERVAL=99;BYMONTHDAY=1", "2026-01-31T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01T17:00:00"),
    case("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-2", "2026-01-10T17:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "2027-11-01T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13T09:00:00"),
    case("FREQ=MONTHLY;BYMONTH=1,7;BYDAY=1TU", "2026-03-01T09:00:00"),
    # Years.
    case("FREQ=YEARLY", "2024-02-29T09:00:00", shown=8),
    case("FREQ=YEARLY", "2096-02-29T09:00:00", shown=3),
    case("FREQ=YEARLY;INTERVAL=3", "2024-02-29T09:00:00", shown=4),
    case("FREQ=YEARLY;INTERVAL=99;BYMONTH=2;BYMONTHDAY=29", "2026-01-01T09:00:00", shown=2),
    case("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1", "2026-03-02T09:00:00"),
    case("FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU", "1997-03-10T09:00:00"),
    case("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-01-01T09:00:00"),
    case("FREQ=YEARLY;BYDAY=20MO", "1997-05-19T09:00:00"),
    case("FREQ=YEARLY;BYDAY=53TH,-1WE", "2026-01-01T09:00:00"),
    case("FREQ=YEARLY;BYDAY=1MO,-52SU", "2026-02-01T09:00:00"),
    case("FREQ=YEARLY;BYMONTH=4,10;BYDAY=1SU,-1SU", "2026-04-10T02:30:00", SYDNEY),
    case("FREQ=YEARLY;BYMONTHDAY=15", "2026-05-20T09:00:00"),
    case("FREQ=YEARLY;BYMONTH=6", "2026-05-20T09:00:00"),
    case("FREQ=YEARLY;BYDAY=MO;BYSETPOS=1,-1", "2026-05-20T09:00:00"),
    case("FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYSETPOS=-1", "2026-01-01T09:00:00"),
    case("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=TU", "1996-11-05T09:00:00"),
    case("FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2", "2026-05-20T09:00:00"),
    # Ends. COUNT counts from the first match; what is taken out still counts.
    case("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-11-25T09:00:00"),
    case("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", "2026-02-01T09:00:00"),
    case("FREQ=DAILY;COUNT=10", "2026-11-25T09:00:00", since="2026-12-01T00:00:00"),
    case("FREQ=DAILY;COUNT=10", "2026-11-25T09:00:00", since="2027-12-01T00:00:00"),
    case("FREQ=DAILY;COUNT=500", "2025-11-25T09:00:00", since="2027-04-04T00:00:00"),
    case("FREQ=DAILY;UNTIL=20261128", "2026-11-25T09:00:00"),
    case("FREQ=DAILY;UNTIL=20261128", "2026-11-25T23:59:59"),
    case("FREQ=DAILY;UNTIL=20261128T085959", "2026-11-25T09:00:00"),
    case("FREQ=DAILY;UNTIL=20261128T090000", "2026-11-25T09:00:00"),
    case("FREQ=DAILY;UNTIL=20261128T140000Z", "2026-11-25T09:00:00", NEW_YORK),
    case("FREQ=DAILY;UNTIL=20261128T135959Z", "2026-11-25T09:00:00", NEW_YORK),
    case("FREQ=DAILY;UNTIL=20261127T220000Z", "2026-11-25T09:00:00", SYDNEY),
    case("FREQ=DAILY;UNTIL=20261127T200000Z", "2026-11-25T09:00:00", AUCKLAND),
    case("FREQ=DAILY;UNTIL=20260309T063000Z", "2026-03-07T02:30:00", NEW_YORK),
    case("FREQ=WEEKLY;BYDAY=FR;UNTIL=20261231", "2026-11-25T09:00:00", PHOENIX),
    # Dates out and in.
    case("FREQ=WEEKLY;BYDAY=MO", "2026-11-23T09:00:00", exdates=["2026-11-30T09:00:00", "2026-12-28T09:00:00"]),
    case("FREQ=WEEKLY;BYDAY=MO", "2026-11-23T09:00:00", exdates=["2026-11-30T09:30:00"], shown=4),
    case("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-11-23T09:00:00", exdates=["2026-11-23T09:00:00"]),
    case("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-11-23T09:00:00", rdates=["2026-11-24T15:00:00", "2026-11-30T09:00:00"]),
    case("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-11-23T09:00:00", rdates=["2026-11-01T01:30:00", "2027-03-14T02:30:00"]),
    case("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207", "2026-11-23T09:00:00", rdates=["2026-12-20T08:00:00"] * 2),
    case(
        "FREQ=DAILY;COUNT=4",
        "2026-11-23T09:00:00",
        exdates=["2026-11-24T09:00:00", "2026-11-24T12:00:00"],
        rdates=["2026-11-24T12:00:00", "2026-11-25T12:00:00"],
    ),
    # Far from the start.
    case("FREQ=DAILY;INTERVAL=11", "2001-03-04T09:00:00", since="2026-11-25T10:00:00"),
    case("FREQ=WEEKLY;INTERVAL=7;BYDAY=TU,SA;WKST=SU", "2001-03-04T09:00:00", since="2026-11-25T10:00:00"),
    case("FREQ=MONTHLY;INTERVAL=7", "2001-03-31T09:00:00", since="2026-11-25T10:00:00"),
    case("FREQ=YEARLY;INTERVAL=4", "1904-02-29T09:00:00", since="2026-11-25T10:00:00", shown=3),
    case("FREQ=MONTHLY;INTERVAL=6;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2001-03-31T09:00:00", since="2026-03-31T09:00:00"),
    case("FREQ=YEARLY", "2026-05-20T09:00:00", since="9996-01-01T00:00:00"),
    # Never.
    case("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01T09:00:00"),
    case("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "2026-06-01T09:00:00"),
    case("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", "2027-01-01T09:00:00"),
    case("FREQ=DAILY;INTERVAL=7;BYDAY=WE", "2026-06-02T08:00:00"),
    case("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "2026-01-01T09:00:00"),
    case("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261201", "2026-12-01T09:00:00"),
]


def drawn(seed, how_many):
    """Rules by chance. Left out is where dateutil leaves the RFC: a week's BYSETPOS when the start is within the week
    (it counts from the start, not from the week's), and what Zoop refuses: counted weekdays together with others or
    with days of the month."""
    chance = random.Random(seed)
    days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    maybe = lambda odds: chance.random() < odds
    some = lambda values, most: sorted(chance.sample(values, chance.randint(1, most)))
    for _ in range(how_many):
        freq = chance.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
        parts = {"FREQ": freq}
        if maybe(0.6):
            parts["INTERVAL"] = chance.choice([2, 3, 4, 5, 6, 7, 12, 13, 52, 99])
        if maybe(0.25):
            parts["BYMONTH"] = ",".join(map(str, some(list(range(1, 13)), 4)))
        if maybe(0.6):
            of_month = freq == "MONTHLY" or (freq == "YEARLY" and "BYMONTH" in parts)
            counted = [-4, -1, 1, 2, 5] if of_month else [-52, -1, 1, 20, 53]
            ordinals = counted if freq in ("MONTHLY", "YEARLY") and maybe(0.5) else [""]
            parts["BYDAY"] = ",".join(f"{chance.choice(ordinals)}{day}" for day in some(days, 4))
        if freq != "WEEKLY" and maybe(0.4):
            parts["BYMONTHDAY"] = ",".join(map(str, some([-31, -30, -15, -2, -1, 1, 2, 13, 28, 29, 30, 31], 4)))
        if freq in ("MONTHLY", "YEARLY") and maybe(0.3) and ("BYDAY" in parts or "BYMONTHDAY" in parts):
            parts["BYSETPOS"] = ",".join(map(str, some([-2, -1, 1, 2, 3], 2)))
        if maybe(0.4):
            parts["WKST"] = chance.choice(days)
        if maybe(0.2):
            parts["COUNT"] = chance.randint(1, 20)
        start = datetime(chance.randint(1990, 2030), chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23), 30)
        since = f"{start.year + chance.randint(1, 40)}-{chance.randint(1, 12):02}-17T05:00:00" if maybe(0.5) else None
        zone = chance.choice([NEW_YORK, PHOENIX, SYDNEY, AUCKLAND])
        rule = ";".join(f"{name}={value}" for name, value in parts.items())
        if not ("BYMONTHDAY" in parts and any(char.isdigit() for char in parts.get("BYDAY", ""))):
            yield case(rule, start.isoformat(), zone, since=since, shown=6)


if __name__ == "__main__":
    cases = CHOSEN + list(drawn(5545, 150))
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
    pathlib.Path(__file__).with_name("vectors.json").write_text(f"[\n{lines}\n]\n")
    print(len(cases), "cases,", sum(len(one.get("occurrences", [])) for one in cases), "occurrences")
