import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Orders a number with the JDK's client, which offers HTTP/2 unless it is told otherwise; prints each status. */
public class UpgradingClient {
    public static void main(String[] arguments) throws Exception {
        for (var version : HttpClient.Version.values()) {
            var client = HttpClient.newBuilder().version(version).build();
            for (var body : new String[] {arguments[1], "{}", arguments[1]}) {
                var request = HttpRequest.newBuilder(URI.create(arguments[0]))
                    .header("Content-Type", "application/json").PUT(HttpRequest.BodyPublishers.ofString(body)).build();
                System.out.println(client.send(request, BodyHandlers.ofString()).statusCode());
            }
        }
    }
}
