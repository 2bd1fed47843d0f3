/** The style of the page, whole: it loads nothing. Colours are pairs that hold 4.5:1 in light and in dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --soft: light-dark(#5a6273, #a3abba);
  --line: light-dark(#d5dae3, #363c48); --card: light-dark(#fff, #1d2026); --good: light-dark(#176b34, #7fd79b);
  --warn: light-dark(#8a5200, #f0b061); --bad: light-dark(#a3231b, #ff9d94); }
body { max-width: 80rem; margin: 0 auto; padding: 1rem; background: light-dark(#f7f8fa, #14161a); color: light-dark(#1b1f27, #e6e8ec); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
small { color: var(--soft); } .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
table { width: 100%; border-collapse: collapse; } caption { text-align: left; padding: .6rem; font-weight: 600; }
th, td { padding: .5rem .6rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } tbody th { font-weight: 600; }
ul { margin: .25rem 0; padding-left: 1.2rem; } summary { cursor: pointer; } p.fix { margin: 0; color: var(--soft); }
.totals { display: flex; flex-wrap: wrap; gap: 1rem 2rem; padding: 0; list-style: none; } .totals b { display: block; font-size: 1.5rem; }
`;
