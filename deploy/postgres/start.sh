# Postgres as its own user from the first moment; the image's entry point wants to begin as root.
# The first time: a cluster whose administrator has the password of the secret, whole or not at all. Sorted by code
# point, so that no new version of the system's library disorders an index.
set -eu
if [ ! -d "$PGDATA" ]; then
    rm -rf "$PGDATA.new"
    initdb --pgdata="$PGDATA.new" --username="$POSTGRES_USER" --pwfile=/run/secrets/postgres_password \
        --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256
    echo "host all all all scram-sha-256" >>"$PGDATA.new/pg_hba.conf"
    [ "$POSTGRES_DB" = postgres ] || echo "CREATE DATABASE $POSTGRES_DB" | postgres --single -D "$PGDATA.new" postgres
    mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -c listen_addresses='*' -c unix_socket_directories="$PGHOST"
