import { useEffect, useState } from 'preact/hooks'

const minuteMs = 60_000

/** The time, anew each minute: what says "today" must not say it tomorrow. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), minuteMs)
    return () => clearInterval(timer)
  }, [])
  return now
}
