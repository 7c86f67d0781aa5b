// Before the app has started: the token leaves the address bar, and a chart's days answer from the rows of its table,
// of which the last day is the first.
{
  const url = new URL(location);
  url.searchParams.delete("token");
  history.replaceState(null, "", url);
  const make = (name, ...parts) => {
    const node = document.createElement(name);
    node.append(...parts);
    return node;
  };
  const tip = make("div");
  tip.className = "tip";
  let day = 0;
  const show = (area, place) => {
    const { tHead, tBodies } = area.closest("figure").querySelector("table");
    const rows = tBodies[0].rows;
    day = Math.max(0, Math.min(rows.length - 1, Math.floor(place(rows.length))));
    const [head, ...cells] = rows[rows.length - 1 - day].cells;
    const lines = cells.map((cell, at) => {
      const text = make("strong", cell.textContent);
      return cells[1] ? make("span", make("span", tHead.rows[0].cells[at + 1].textContent), text) : text;
    });
    tip.replaceChildren(make("span", head.textContent), ...lines);
    area.append(tip);
    const [all, own] = [area.clientWidth, tip.offsetWidth];
    const left = (all * (day + 0.5)) / rows.length;
    tip.style.left = Math.max(0, left + 12 + own < all ? left + 12 : left - 12 - own) + "px";
  };
  const answer = ({ target, clientX, key }) => {
    const area = target.closest?.("div.area");
    if (!area || document.querySelector("[data-hydrated]")) return tip.remove();
    const { left, width } = area.getBoundingClientRect();
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step) show(area, (days) => (tip.isConnected ? day : days) + step);
    if (!key) show(area, (days) => ((clientX - left) / width) * days);
  };
  for (const name of ["pointermove", "pointerdown", "keydown"]) addEventListener(name, answer);
}
