#!/bin/sh
# Start a Sentinel. What it knows (who is the primary) is kept on the volume, so that also after the restart
# of all pods the last primary, which has everything, is the primary again.
set -eu
umask 077
conf="$DATA/sentinel.conf"
if [ ! -s "$conf" ]; then
    first=${PEERS%% *}
    {
        cat "$CONF/sentinel.conf"
        echo "sentinel monitor headwater $first 6379 2"  # two of three agree
        # Pages are served all the time, feedback is sent again: 5 s without an answer are a failure.
        echo "sentinel down-after-milliseconds headwater 5000"
        echo "sentinel failover-timeout headwater 30000"
        echo "sentinel parallel-syncs headwater 1"
        echo "sentinel announce-ip $OWN"
    } > "$conf.new"
    mv "$conf.new" "$conf"
fi
# The password may have changed since.
grep -v "^sentinel auth-pass " "$conf" > "$conf.new"
echo "sentinel auth-pass headwater $(cat "$AUTH/password")" >> "$conf.new"
mv "$conf.new" "$conf"
exec redis-server "$conf" --sentinel "$@"
