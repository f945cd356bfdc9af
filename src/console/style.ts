// The console's one style sheet: system fonts, few colours, readable without any script.

export const style = `
:root { color-scheme: light dark; --line: #8884; --green: #1a7f37; --yellow: #9a6700; --red: #cf222e; }
body { font: 15px/1.5 system-ui, 'Hiragino Sans', 'Noto Sans CJK JP', sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
header { display: flex; gap: 1.5rem; align-items: baseline; border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
header strong { font-size: 1.2rem; }
nav a { margin-right: 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.green { color: var(--green); } .yellow { color: var(--yellow); } .red { color: var(--red); } .dim { opacity: .65; }
pre { white-space: pre-wrap; background: #8881; padding: .8rem; border-radius: .4rem; }
form { margin: 1rem 0; } header form { margin: 0 0 0 auto; } input { font: inherit; padding: .3rem .5rem; }
`;
