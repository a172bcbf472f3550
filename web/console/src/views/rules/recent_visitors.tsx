/** Recent visitors to choose from, so that nobody has to know an ID. */

interface RecentVisitorsProps {
  ids: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

export function RecentVisitors({ ids, chosen, onChange }: RecentVisitorsProps) {
  if (ids.length === 0) return null;
  const toggle = (id: string) => onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <div class="row">
      <span class="soft" id="recent-visitors">
        Recent visitors
      </span>
      <ul class="chips" aria-labelledby="recent-visitors">
        {ids.map((id) => (
          <li key={id}>
            <button type="button" class="button mono" aria-pressed={chosen.includes(id)} onClick={() => toggle(id)}>
              {id}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
