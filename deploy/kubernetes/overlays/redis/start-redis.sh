#!/bin/sh
# Start Redis as what the Sentinels say it is: the primary, or a replica of it.
# OWN is this pod's name in DNS, PEERS are those of all; arguments go to redis-server.
set -eu

# The other Sentinels are asked first: the one beside us may have missed a failover.
primary() {
    for peer in $PEERS $OWN; do
        [ "$peer" = "$OWN" ] && [ "$1" = others ] && continue
        found=$(timeout 2 redis-cli -h "$peer" -p 26379 sentinel get-master-addr-by-name headwater 2>/dev/null) || continue
        found=$(printf %s "$found" | head -n 1)
        case $found in *" "*) continue ;; ?*) echo "$found"; return ;; esac
    done
    return 1
}

until primary=$(primary others || primary all); do
    echo "waiting for a Sentinel"
    sleep 1
done

# Writable, because Sentinel lets Redis rewrite it after a failover.
umask 077
cp "$CONF/redis.conf" "$RUN/redis.conf"
echo "replica-announce-ip $OWN" >> "$RUN/redis.conf"
if [ "$primary" != "$OWN" ]; then
    echo "replicaof $primary 6379" >> "$RUN/redis.conf"
fi
exec redis-server "$RUN/redis.conf" --dir "$DATA" "$@"
