/* What axe-core finds serious or critical on the page that is open, as {ground, told, passed}.

Colours are four fifths of axe-core's work: they are measured once for each look. An element is passed by where one
that looks alike, with all that it stands in, has passed; what did not pass, or could not be told, is measured each
time. `passed` are the looks that have passed by now, `rules` those to ask (none: all that find something grave). */
({ passed, rules, where }) => {
    const GRAVE = ["serious", "critical"];
    const GROUND = { backgroundColor: "rgba(0, 0, 0, 0)", backgroundImage: "none", opacity: "1", filter: "none",
        mixBlendMode: "normal", zIndex: "auto", float: "none", transform: "none" };
    const LETTERS = ["color", "fontSize", "fontWeight", "textShadow"];
    window.looksThatPassed ??= once(new Set(passed));
    return found();

    async function found() {
        window.looksThatPassed.forget();
        // Rules that find nothing grave are not asked: they take a fifth of the time.
        const light = axe._audit.rules.filter((rule) => rule.impact && !GRAVE.includes(rule.impact));
        const all = Object.fromEntries(light.map((rule) => [rule.id, { enabled: false }]));
        const asked = rules.length ? { runOnly: { type: "rule", values: rules } } : { rules: all };
        const { violations } = await axe.run(where, { resultTypes: ["violations"], preload: false, ...asked });
        return {
            ground: getComputedStyle(document.body).backgroundColor,
            told: violations.filter((one) => GRAVE.includes(one.impact))
                .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`),
            passed: [...window.looksThatPassed.known],
        };
    }

    function once(known) {
        let grounds = new Map();
        const rule = axe._audit.rules.find((one) => one.id === "color-contrast");
        const check = axe._audit.checks["color-contrast"];
        const { matches } = rule, { evaluate } = check;
        rule.matches = function (node, ...more) {
            return !known.has(look(node)) && matches.call(this, node, ...more);
        };
        check.evaluate = function (node, ...more) {
            if (known.has(look(node))) {
                return true;
            }
            const answer = evaluate.call(this, node, ...more);
            if (answer === true) {
                known.add(look(node));
            }
            return answer;
        };
        return { known, forget: () => { grounds = new Map(); } };

        function look(node) {
            const style = getComputedStyle(node);
            return short([ground(node), ...LETTERS.map((name) => style[name])]);
        }

        /** All that lies under the letters of a node; what leaves its place may lie on anything, and goes by its name. */
        function ground(node) {
            let told = grounds.get(node);
            if (told === undefined) {
                const under = node.parentElement ? ground(node.parentElement) : "";
                const style = getComputedStyle(node);
                const stays = ["static", "relative"].includes(style.position);
                const parts = Object.keys(GROUND).map((name) => style[name] === GROUND[name] ? "" : style[name]);
                const named = stays ? "" : `${style.position} ${node.tagName} ${node.getAttribute("class")}`;
                told = parts.some(Boolean) || named ? short([under, named, ...parts]) : under;
                grounds.set(node, told);
            }
            return told;
        }
    }

    function short(parts) {
        let [one, two] = [0xdeadbeef, 0x41c6ce57];
        for (const letter of parts.join("|")) {
            one = Math.imul(one ^ letter.codePointAt(0), 2654435761);
            two = Math.imul(two ^ letter.codePointAt(0), 1597334677);
        }
        return (one >>> 0).toString(36) + (two >>> 0).toString(36);
    }
}
