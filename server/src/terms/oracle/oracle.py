"""An independent reckoning of invoices: reads cases as JSON lines, prints where Inlay's answer differs.

It shares nothing with Inlay but the rules of the API reference. Amounts are read as `decimal`, reckoned as exact
fractions, and rounded once, half away from zero. The last line says how many cases were checked.
"""

import datetime
import decimal
import fractions
import json
import sys

DIGITS = {"USD (cents)": 0, "EUR": 2, "CHF": 2, "JPY": 0, "KWD": 3, "tokens": None}
MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}
KEPT = 20
ZERO = fractions.Fraction(0)


def exact(text):
    return fractions.Fraction(decimal.Decimal(text))


def rounded(amount, digits):
    """Half away from zero, as a decimal of so many digits."""
    scaled = abs(amount) * 10**digits
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return decimal.Decimal(units if amount >= 0 else -units).scaleb(-digits)


def in_unit(amount, unit):
    digits = DIGITS[unit]
    return rounded(amount, KEPT if digits is None else digits)


def regular_from(case):
    """The regular terms begin when the trial is over, as if the plan did."""
    return datetime.date.fromisoformat(case["trial_ending_before"] or case["starting_on"])


def boundary(case, index):
    """The start of the billing period of this index, counted from the origin."""
    start = regular_from(case)
    first = case["anchor"] == "FIRST_OF_MONTH"
    if case["frequency"] == "WEEKLY":
        monday = start - datetime.timedelta(days=start.weekday() if first else 0)
        return monday + datetime.timedelta(days=7 * index)
    month = start.year * 12 + start.month - 1 + index * MONTHS[case["frequency"]]
    year, month = divmod(month, 12)
    following = datetime.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last_day = (following - datetime.timedelta(days=1)).day
    return datetime.date(year, month + 1, 1 if first else min(start.day, last_day))


def stretches(case):
    """Per period number: the full period, and the part of it that the plan covers."""
    start = regular_from(case)
    end = datetime.date.fromisoformat(case["ending_before"] or "9000-01-01")
    found = []
    for number in range(case["number"] + 1):
        full = (boundary(case, number), boundary(case, number + 1))
        found.append((full, (max(full[0], start), min(full[1], end))))
    return found


def price_of(case, charge, price, number):
    """The price for this customer: the adjustment that started last, and then the one that names the tier."""
    holds = None
    for one in case["price_adjustments"]:
        if one["charge"] != charge["id"] or one["start_period"] > number or one["type"] == "quantity":
            continue
        if one["tier"] is not None and exact(one["tier"]) != exact(price["tier"]):
            continue
        rank = (one["start_period"], one["tier"] is not None)
        if holds is None or rank > holds[0]:
            holds = (rank, one)
    value = exact(price["value"])
    if holds is None:
        return value
    amount = exact(holds[1]["value"])
    return {"percentage": value + value * amount, "fixed": value + amount, "override": amount}[holds[1]["type"]]


def quantity_of(case, charge, number):
    quantity, since = exact(charge["quantity"]), -1
    for one in case["price_adjustments"]:
        if one["charge"] == charge["id"] and one["type"] == "quantity" and since < one["start_period"] <= number:
            quantity, since = exact(one["value"]), one["start_period"]
    return quantity


def converted(charge, quantity):
    if charge["division_factor"] is None:
        return quantity
    quotient = quantity / exact(charge["division_factor"])
    if charge["rounding"] == "floor":
        return fractions.Fraction(quotient.numerator // quotient.denominator)
    if charge["rounding"] == "ceiling":
        return fractions.Fraction(-(-quotient.numerator // quotient.denominator))
    return quotient


def cost(total, tiers):
    """What so many units cost in all, each at the price of the tier it lies in."""
    amount, rest = ZERO, total
    for start, value in reversed(tiers[1:]):
        if rest > start:
            amount += (rest - start) * value
            rest = start
    return amount + rest * tiers[0][1]


def used_by(case, group, number):
    """What a group used in the period of this number; nothing where it has no usage."""
    return exact(case["usage"][group][number] or "0")


def subtotal(case, charge, groups, periods):
    """What a charge comes to for some groups together."""
    number = case["number"]
    full, charged = periods[number]
    before = ZERO
    if charge["quantity"] is not None:
        quantity = quantity_of(case, charge, number)
        quantity = quantity * (charged[1] - charged[0]).days / (full[1] - full[0]).days
        quantity = converted(charge, quantity)
    else:
        def used(at):
            return converted(charge, sum((used_by(case, group, at) for group in groups), ZERO))

        quantity = used(number)
        if len(charge["prices"]) > 1:
            reset = number - number % charge["tier_reset_frequency"]
            before = sum((used(at) for at in range(reset, number)), ZERO)
    tiers = [(exact(price["tier"]), price_of(case, charge, price, number)) for price in charge["prices"]]
    if charge["tier_mode"] == "graduated":
        return cost(before + quantity, tiers) - cost(before, tiers)
    reached = tiers[0][1]
    for start, value in tiers:
        if before + quantity > start:
            reached = value
    return quantity * reached


def in_units(amounts, unit):
    """Amounts that add up to their rounded sum: rounded down, the rest to those that lost most, of equal ones the first."""
    digits = KEPT if DIGITS[unit] is None else DIGITS[unit]
    scaled = [amount * 10**digits for amount in amounts]
    units = [one.numerator // one.denominator for one in scaled]
    left = int(in_unit(sum(amounts, ZERO), unit).scaleb(digits)) - sum(units)
    most = sorted(range(len(amounts)), key=lambda at: units[at] - scaled[at])
    for at in most[:left]:
        units[at] += 1
    return [decimal.Decimal(one).scaleb(-digits) for one in units]


def invoice(case):
    number, unit, periods = case["number"], case["unit"], stretches(case)
    full, charged = periods[number]
    is_trial = case["trial_ending_before"] is not None and case["index"] == 0
    in_force = []
    for charge in case["charges"]:
        starts = [
            other["start_period"]
            for other in case["charges"]
            if (other["product"], other["name"]) == (charge["product"], charge["name"])
            and other["start_period"] <= number
        ]
        if is_trial and charge["quantity"] is not None:
            continue
        if starts and charge["start_period"] == max(starts):
            in_force.append(charge)
    sums, together = {}, set()
    for charge in in_force:
        if not charge["grouped"]:
            key = (charge["product"], "all")
            sums[key] = sums.get(key, ZERO) + subtotal(case, charge, ["all"], periods)
            continue
        everyone = ["eu", "us", "none"]
        for group in everyone:
            if case["usage"][group][number] is None:
                continue
            if charge["across_groups"]:
                together.add(charge["product"])
                whole = sum((used_by(case, one, number) for one in everyone), ZERO)
                amount = ZERO
                if whole != 0:
                    amount = subtotal(case, charge, everyone, periods) * used_by(case, group, number) / whole
            else:
                amount = subtotal(case, charge, [group], periods)
            key = (charge["product"], group)
            sums[key] = sums.get(key, ZERO) + amount
    amounts = {key: in_unit(amount, unit) for key, amount in sums.items()}
    for product in together:
        # In the order of the group values, those without one last.
        keys = [(product, group) for group in ["eu", "us", "none"] if (product, group) in sums]
        amounts.update(zip(keys, in_units([sums[key] for key in keys], unit)))
    waived = decimal.Decimal(0)
    if is_trial:
        waived = sum(amounts.values(), waived)
        if case["trial_spending_cap"] is not None:
            waived = min(waived, in_unit(exact(case["trial_spending_cap"]), unit))
    # The start of the period, as a charge that was added to it names it.
    start = case["starting_on"] if is_trial else str(charged[0])
    extra = {}
    for added in case["added_charges"]:
        if added["start"] == start:
            key = (added["product"], "all")
            extra[key] = extra.get(key, ZERO) + exact(added["price"]) * exact(added["quantity"])
    amounts.update({key: in_unit(amount, unit) for key, amount in extra.items()})
    lines = [[product, group, amount] for (product, group), amount in amounts.items()]
    lines.sort(key=lambda line: line[:2])
    total = sum((line[2] for line in lines), decimal.Decimal(0)) - waived
    begun = [one for one in case["minimums"] if one["start_period"] <= number and not is_trial]
    if begun:
        minimum = exact(max(begun, key=lambda one: one["start_period"])["value"])
        minimum = minimum * (charged[1] - charged[0]).days / (full[1] - full[0]).days
        total = max(total, in_unit(minimum, unit))
    return lines, total


def main():
    decimal.getcontext().prec = 120
    checked = 0
    for text in sys.stdin:
        case = json.loads(text)
        lines, total = invoice(case)
        given = sorted([product, group, decimal.Decimal(amount)] for product, group, amount in case["lines"])
        if given != lines or decimal.Decimal(case["total"]) != total:
            print(f"differs: {text.strip()}: should be {lines} and {total}")
        checked += 1
    print(f"checked {checked}")


main()
